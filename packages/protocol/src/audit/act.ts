import type { AuditAction } from "./actions.ts";

/** Who acts. `name` is what people call it, and can be erased later; `id` stays. */
export interface AuditActor {
  readonly type: "operator" | "user" | "service" | "app" | "system" | "anonymous";
  readonly id: string;
  readonly name: string | null;
  /** Which key it showed: the id of the key, never the key. */
  readonly keyId: string | null;
}

/** From where it acts, and by which way in. */
export interface AuditContext {
  /** Address of the client, as the trusted proxies report it. */
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly via: "api" | "cli" | "configuration" | "clock";
}

/** On whose authority something is done. Handed to every act that a log must hold. */
export interface Authority {
  readonly actor: AuditActor;
  readonly context: AuditContext;
}

/** What is acted on. */
export interface AuditTarget {
  readonly type: string;
  readonly id: string;
  readonly name: string | null;
}

export type AuditValue = string | number | boolean | null | readonly string[];

/** One act, before it has its place in a log. Nothing in it is a secret or a payload. */
export interface AuditAct {
  readonly action: AuditAction;
  readonly authority: Authority;
  readonly targets: readonly AuditTarget[];
  readonly result: "success" | "denied" | "failed";
  /** Why, in a word or a sentence: of a refusal its code, of a forced act what the operator said. */
  readonly reason: string | null;
  /** What was, and what is. A secret stands here as its fingerprint. */
  readonly changes: Readonly<Record<string, { readonly from: AuditValue; readonly to: AuditValue }>>;
}
