import type { IncomingRequest } from "../serve/contract.ts";

/**
 * Which signatures count. `auto`: v2 from a server that makes them, the protocol's own from any other. `strict`: v2 alone.
 * `compat`: the protocol's own alone, for servers that are not Holdfast.
 */
export type SignatureMode = "auto" | "strict" | "compat";

/**
 * Remembers calls by their nonce, so that each counts once. What an app brings when several processes of it may receive
 * the same call: something they share.
 */
export interface NonceMemory {
  /** Whether the nonce was here before; from now on it was. It may be forgotten after `expiresAt`, Unix ms. */
  seen(nonce: string, expiresAt: number): boolean | Promise<boolean>;
}

/** Whether a request was made by the holder of a key, and how its answer is to be signed. */
export type RequestVerdict =
  | {
      readonly ok: true;
      readonly scheme: "compat" | "v2";
      /** What a v2 signature was made for; absent where the signature does not say. */
      readonly tag?: "call" | "endpoint" | "sync" | "probe";
      /** Headers that sign an answer to this request: its status, the named headers and its body. */
      signAnswer(answer: AnswerToSign): Promise<Readonly<Record<string, string>>>;
    }
  | {
      readonly ok: false;
      /** For the log. The caller learns nothing but that it was refused. */
      readonly reason: string;
    };

export interface AnswerToSign {
  readonly status: number;
  /** All that will be sent: whether a header is there is part of what is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Verifies what the server sends. */
export interface RequestVerifier {
  /**
   * What a registration must say as its capability `signatures`, so that the server signs what this verifies and expects
   * what this signs; null or absent for nothing.
   */
  readonly capability?: "v2" | "v2-ed25519" | null;
  /**
   * Whether whatever the server sends must have a v2 signature: because the app says so, or because the server has shown
   * one. False or absent where it may be another's.
   */
  readonly expectsV2?: boolean;
  verify(
    request: Pick<IncomingRequest, "method" | "target" | "header">,
    body: Uint8Array,
  ): Promise<RequestVerdict>;
}

/** Signs what the app sends to the server's API: bearer for every server, and the v2 headers for one that reads them. */
export interface RequestSigner {
  /**
   * `attempt` 1 asks for the fallback key's. Null when there is no such key. Asked anew for each request that is sent, a
   * repeated one too: what was signed once is refused the second time.
   */
  headers(
    request: { readonly method: string; readonly url: string; readonly body: string },
    attempt: 0 | 1,
  ): Promise<Readonly<Record<string, string>> | null>;
  /**
   * Judges the answer to a request that went out with these headers. What is refused must not be acted upon. Absent where
   * answers are not signed.
   */
  checkAnswer?(sent: Readonly<Record<string, string>>, answer: AnswerToCheck): Promise<AnswerVerdict>;
}

export interface AnswerToCheck {
  readonly status: number;
  header(name: string): string | null;
  /** As it was received. */
  readonly body: string | Uint8Array;
}

export type AnswerVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };
