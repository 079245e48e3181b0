import type { AuditAct, AuditAction, AuditValue, Authority, Digest } from "@holdfast/protocol";
import { HoldfastError, makeToken, shownToken } from "@holdfast/protocol";
import type { Bucket, Clock, Random } from "#kernel";
import { addressRule, takeFrom } from "#kernel";
import type { AdministrationStore, AuditDraft } from "#store";
import type {
  EventKeyAdministration,
  EventKeyRules,
  EventKeyUse,
  EventKeyVerdict,
  EventKeyView,
} from "./administration.ts";
import { checkKeyName } from "./key-name.ts";
import { checkPatterns, fitsPattern } from "./name-pattern.ts";

export interface EventKeysDeps {
  readonly administration: AdministrationStore;
  readonly environment: string;
  readonly draft: (act: AuditAct) => AuditDraft;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Keys that the server was started with: any text. One that was revoked stays revoked. */
  readonly configured: readonly string[];
}

export interface EventKeys extends EventKeyAdministration {
  check(use: EventKeyUse): EventKeyVerdict;
}

interface KeyRecord {
  readonly name: string;
  readonly hash: string;
  readonly shown: string;
  readonly origin: EventKeyView["origin"];
  readonly rules: EventKeyRules;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

interface Known {
  readonly id: string;
  readonly record: KeyRecord;
  readonly revision: number;
  /** The rules, ready to be asked. */
  readonly allowsAddress: (address: string | null) => boolean;
  bucket: Bucket | null;
  lastUsed: { readonly at: number; readonly address: string | null } | null;
}

export const NO_RULES: EventKeyRules = {
  allowNames: null,
  denyNames: [],
  allowAddresses: null,
  allowOrigins: null,
  eventsPerSecond: null,
};

const ID_CHARS = 12;
const KEY_CHARS_MIN = 16;
const RATE_MAX = 1_000_000;
const NOTE_MS = 60_000;

const CONFIGURATION: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "configuration" },
};

/**
 * Opens the event keys of an environment. Their hashes alone are kept, and looked up by; whether a key is unknown, expired or
 * revoked cannot be told from outside.
 *
 * @throws HoldfastError `key_invalid` for a configured key that is empty
 */
export async function openEventKeys(deps: EventKeysDeps): Promise<EventKeys> {
  const { administration, clock, digest, draft, environment, random } = deps;
  const byId = new Map<string, Known>();
  const byHash = new Map<string, Known>();

  function keep(id: string, record: KeyRecord, revision: number): Known {
    const before = byId.get(id);
    const { allowAddresses } = record.rules;
    const known: Known = {
      id,
      record,
      revision,
      allowsAddress: allowAddresses === null ? () => true : addressRule(allowAddresses),
      bucket: before?.bucket ?? null,
      lastUsed: before?.lastUsed ?? null,
    };
    byId.set(id, known);
    byHash.set(record.hash, known);
    return known;
  }

  for (const { body, id, revision } of await administration.records("event-key")) {
    // Written by `put` below.
    keep(id, JSON.parse(body) as KeyRecord, revision);
  }
  for (const { body, id } of await administration.records("key-use")) {
    const known = byId.get(id);
    // Noted by `use` below.
    if (known !== undefined) known.lastUsed = JSON.parse(body) as { at: number; address: string | null };
  }

  async function put(
    by: Authority,
    action: AuditAction,
    id: string,
    record: KeyRecord,
    reason: string | null,
    changes: AuditAct["changes"],
  ): Promise<EventKeyView> {
    const revision = byId.get(id)?.revision ?? 0;
    const targets = [{ type: "event_key", id, name: record.name }];
    const outcome = await administration.commit({
      changes: [{ kind: "event-key", id, expectedRevision: revision, body: JSON.stringify(record) }],
      audit: [draft({ action, authority: by, targets, result: "success", reason, changes })],
    });
    if (outcome.kind === "conflict")
      throw new HoldfastError("conflict", `Cannot change event key ${id}: it was changed meanwhile.`);
    return viewOf(keep(id, record, revision + 1));
  }

  async function add(
    by: Authority,
    key: string,
    facts: Pick<KeyRecord, "name" | "origin" | "rules" | "expiresAt">,
  ): Promise<EventKeyView> {
    const hash = digest.sha256Hex(key);
    const id = hash.slice(0, ID_CHARS);
    if (byId.has(id)) throw new HoldfastError("conflict", `This event key is here already, as ${id}.`);
    const record: KeyRecord = {
      ...facts,
      hash,
      shown: shownToken(key),
      createdAt: clock.now(),
      createdBy: by.actor.id,
      revokedAt: null,
    };
    const action = facts.origin === "made" ? "event_key.created" : "event_key.imported";
    return put(by, action, id, record, null, rulesChange(null, facts.rules));
  }

  for (const [index, key] of deps.configured.entries()) {
    if (key === "") throw new HoldfastError("key_invalid", `Event key number ${index + 1} is empty.`);
    if (byHash.has(digest.sha256Hex(key))) continue;
    const facts = { name: "configured", origin: "configured", rules: NO_RULES, expiresAt: null } as const;
    await add(CONFIGURATION, key, facts);
  }

  // What was taken out of the settings is over, as far as there are settings.
  const kept = new Set(deps.configured.map((key) => digest.sha256Hex(key)));
  for (const { id, record } of byId.values()) {
    const isGone = record.origin === "configured" && record.revokedAt === null && !kept.has(record.hash);
    if (!isGone || kept.size === 0) continue;
    const ended = { ...record, revokedAt: clock.now() };
    await put(CONFIGURATION, "event_key.revoked", id, ended, "taken out of the settings", {});
  }

  function changeable(id: string): Known {
    const known = byId.get(id);
    if (known === undefined)
      throw new HoldfastError("not_found", `There is no event key ${id.slice(0, 40)}.`);
    if (known.record.revokedAt !== null)
      throw new HoldfastError("conflict", `Event key ${id} is revoked, and stays so.`);
    return known;
  }

  function use(known: Known, address: string | null, now: number): void {
    if (known.lastUsed !== null && now - known.lastUsed.at < NOTE_MS) return;
    known.lastUsed = { at: now, address };
    // Nobody waits for it, and it may be lost.
    administration
      .note([{ kind: "key-use", id: known.id, body: JSON.stringify(known.lastUsed) }])
      .catch(() => undefined);
  }

  return {
    check({ address, key, origin }) {
      if (key === "") return { ok: false, reason: "missing" };
      const known = byHash.get(digest.sha256Hex(key));
      const now = clock.now();
      if (known === undefined) return { ok: false, reason: "unknown" };
      const { expiresAt, revokedAt, rules } = known.record;
      if (revokedAt !== null || (expiresAt !== null && now >= expiresAt))
        return { ok: false, reason: "unknown" };
      if (!known.allowsAddress(address)) return { ok: false, reason: "address" };
      // A request without an origin does not come from a page.
      if (origin !== null && rules.allowOrigins?.includes(origin) === false)
        return { ok: false, reason: "origin" };
      use(known, address, now);
      return {
        ok: true,
        keyId: known.id,
        mayName: (name) =>
          (rules.allowNames === null || rules.allowNames.some((pattern) => fitsPattern(name, pattern))) &&
          !rules.denyNames.some((pattern) => fitsPattern(name, pattern)),
        take(count, at) {
          if (rules.eventsPerSecond === null) return 0;
          const { bucket, waitMs } = takeFrom(known.bucket, count, rules.eventsPerSecond, at);
          known.bucket = bucket;
          return waitMs;
        },
        corsOrigin: origin,
      };
    },
    list: async () => [...byId.values()].map(viewOf),
    async create(by, { expiresAt, imported, name, rules }) {
      checkKeyName(name);
      checkRules(rules);
      checkExpiry(expiresAt, clock.now());
      if (imported !== undefined && (imported.length < KEY_CHARS_MIN || /[^\x21-\x7e]|[/?#%]/.test(imported)))
        throw new HoldfastError(
          "key_invalid",
          `An event key has ${KEY_CHARS_MIN} characters or more, all of which can stand in a URL's path.`,
          { next: "Use letters, digits, - and _." },
        );
      const secret = imported ?? makeToken("event", environment, (count) => random.bytes(count));
      const origin = imported === undefined ? "made" : "imported";
      const key = await add(by, secret, { name, origin, rules, expiresAt });
      return { key, secret: imported === undefined ? secret : null };
    },
    async change(by, id, { expiresAt, name, rules }) {
      const { record } = changeable(id);
      if (name !== undefined) checkKeyName(name);
      if (rules !== undefined) checkRules(rules);
      if (expiresAt !== undefined) checkExpiry(expiresAt, clock.now());
      const next = {
        ...record,
        name: name ?? record.name,
        rules: rules ?? record.rules,
        expiresAt: expiresAt === undefined ? record.expiresAt : expiresAt,
      };
      return put(by, "event_key.changed", id, next, null, {
        ...rulesChange(record.rules, next.rules),
        expires_at: { from: record.expiresAt, to: next.expiresAt },
      });
    },
    async revoke(by, id, reason) {
      const known = byId.get(id);
      if (known !== undefined && known.record.revokedAt !== null) return viewOf(known);
      const { record } = changeable(id);
      return put(by, "event_key.revoked", id, { ...record, revokedAt: clock.now() }, reason, {});
    },
  };
}

function viewOf({ id, lastUsed, record }: Known): EventKeyView {
  const { createdAt, createdBy, expiresAt, name, origin, revokedAt, rules, shown } = record;
  return { id, name, shown, origin, rules, createdAt, createdBy, expiresAt, revokedAt, lastUsed };
}

function rulesChange(before: EventKeyRules | null, after: EventKeyRules): AuditAct["changes"] {
  const pairs = Object.entries(after).map(([rule, value]) => {
    // The members of rules are lists of text, numbers and null, on both sides.
    const from = (before?.[rule as keyof EventKeyRules] ?? null) as AuditValue;
    return [rule, { from, to: value as AuditValue }] as const;
  });
  return Object.fromEntries(pairs.filter(([, { from, to }]) => JSON.stringify(from) !== JSON.stringify(to)));
}

function checkExpiry(expiresAt: number | null, now: number): void {
  if (expiresAt !== null && !(expiresAt > now))
    throw new HoldfastError("request_invalid", "A key cannot expire before it is made.");
}

/** @throws HoldfastError `request_invalid`; an empty list would allow nothing, and is never what was meant */
function checkRules(rules: EventKeyRules): void {
  for (const [what, list] of [
    ["allow_names", rules.allowNames],
    ["allow_addresses", rules.allowAddresses],
    ["allow_origins", rules.allowOrigins],
  ] as const) {
    if (list?.length === 0)
      throw new HoldfastError(
        "request_invalid",
        `${what} is empty, which would allow nothing: leave it out to allow everything.`,
      );
  }
  checkPatterns(rules.allowNames ?? [], "allow_names");
  checkPatterns(rules.denyNames, "deny_names");
  addressRule(rules.allowAddresses ?? []);
  for (const origin of rules.allowOrigins ?? []) {
    if (URL.parse(origin)?.origin !== origin)
      throw new HoldfastError(
        "request_invalid",
        `"${origin.slice(0, 60)}" is no origin such as https://shop.example.org.`,
      );
  }
  const { eventsPerSecond: rate } = rules;
  if (rate !== null && !(Number.isInteger(rate) && rate >= 1 && rate <= RATE_MAX))
    throw new HoldfastError("request_invalid", `events_per_second is a whole number from 1 to ${RATE_MAX}.`);
}
