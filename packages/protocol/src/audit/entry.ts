import { canonicalJson } from "../canonical.ts";
import type { Digest } from "../digest.ts";
import type { AuditAct } from "./act.ts";

/** What the log adds to an act. */
export interface EntryFacts {
  /** ULID. */
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  /** Which log: the name of its environment, or `installation`. */
  readonly log: string;
  /** A salt for each name, 32 hex digits of chance. */
  salt(): string;
}

/** What opens the commitments of an entry: for each the salt and the name that were hashed. */
export type Openings = Readonly<Record<string, { readonly salt: string; readonly name: string }>>;

/**
 * An act as it enters a log: canonical JSON (RFC 8785), hashed as it stands. Names of people and things are not in it, only
 * salted commitments to them; what opens those is kept beside the entry and may be erased, and the hashes still hold.
 */
export function auditEntry(
  act: AuditAct,
  facts: EntryFacts,
  digest: Digest,
): { readonly text: string; readonly openings: Openings } {
  const openings: Record<string, { salt: string; name: string }> = {};
  const commitmentTo = (name: string | null): string | null => {
    if (name === null) return null;
    const salt = facts.salt();
    const commitment = nameCommitment(salt, name, digest);
    openings[commitment] = { salt, name };
    return commitment;
  };
  const { actor, context } = act.authority;
  const text = canonicalJson({
    version: 1,
    id: facts.id,
    at: new Date(facts.at).toISOString(),
    log: facts.log,
    action: act.action,
    actor: { type: actor.type, id: actor.id, key_id: actor.keyId, name_commitment: commitmentTo(actor.name) },
    context: {
      address: context.address,
      user_agent: context.userAgent?.slice(0, USER_AGENT_CHARS_MAX).toWellFormed() ?? null,
      request_id: context.requestId,
      via: context.via,
    },
    targets: act.targets.map(({ type, id, name }) => ({ type, id, name_commitment: commitmentTo(name) })),
    result: act.result,
    reason: act.reason,
    changes: act.changes,
  });
  return { text, openings };
}

/** What a client says it is may be as long as a head. */
const USER_AGENT_CHARS_MAX = 200;

/** SHA-256 over the salt, as text, and the name, hex. */
export function nameCommitment(salt: string, name: string, digest: Digest): string {
  return digest.sha256Hex(salt + name.toWellFormed());
}
