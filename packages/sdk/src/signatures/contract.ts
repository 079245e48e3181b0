import type { IncomingRequest } from "../serve/contract.ts";

/** Whether a request was made by the holder of a key, and how its answer is to be signed. */
export type RequestVerdict =
  | {
      readonly ok: true;
      readonly scheme: "compat" | "v2";
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
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Verifies what the server sends. */
export interface RequestVerifier {
  verify(
    request: Pick<IncomingRequest, "method" | "target" | "header">,
    body: Uint8Array,
  ): Promise<RequestVerdict>;
}

/** Signs what the app sends to the server's API: bearer for every server, and the v2 headers for one that reads them. */
export interface RequestSigner {
  /** `attempt` 1 asks for the fallback key's. Null when there is no such key. */
  headers(
    request: { readonly method: string; readonly url: string; readonly body: string },
    attempt: 0 | 1,
  ): Promise<Readonly<Record<string, string>> | null>;
}
