import type { AuditAct, AuditAction, Authority, Digest } from "@holdfast/protocol";
import { HoldfastError, parseSigningKey } from "@holdfast/protocol";
import type { Clock, Log, Random } from "#kernel";
import type { AdministrationStore, AuditDraft, RecordChange } from "#store";
import type { Vault } from "#vault";
import type {
  KeyEvidence,
  RotationView,
  SigningKeyAdministration,
  SigningKeyState,
  SigningKeyView,
} from "./administration.ts";
import { EvidenceBook } from "./evidence-book.ts";
import type { RotationFacts, RotationStep } from "./rotation.ts";
import {
  acceptedKeys,
  appsWithout,
  beginFault,
  keyIn,
  promoted,
  revocableAt,
  revoked,
  steppedBack,
} from "./rotation.ts";

export interface SigningKeysDeps {
  readonly administration: AdministrationStore;
  readonly vault: Vault;
  readonly draft: (act: AuditAct) => AuditDraft;
  /** What stands in a new key's prefix: `signkey-<environment>-…`. */
  readonly environment: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
  /** Keys that the server was started with, the first of which is to sign. One that was revoked stays revoked. */
  readonly configured: readonly string[];
  /** How long nothing may have used a key before it is revoked without force. */
  readonly quietMs: number;
  /** Apps that are registered now. Asked when it matters: they are known later than the keys. */
  readonly apps: () => readonly { readonly name: string; readonly url: string }[];
  /** Asks an app, by a signed request, which keys it has; null: it does not say. */
  readonly ask: (url: string) => Promise<{ readonly keyIds: readonly string[] } | { readonly error: string }>;
}

export interface SigningKeys extends SigningKeyAdministration {
  /** Texts of the keys that are accepted, the one that signs first. */
  accepted(): readonly string[];
  /** Grows with every change of what is accepted or signs. */
  readonly version: number;
  /** Whether two keys are accepted: whoever is seen with one of them is of interest. */
  readonly isRotating: boolean;
  observe(evidence: Omit<KeyEvidence, "at">): void;
  /** The key that was made when there was none, once: for whoever made the environment. */
  takeMade(): string | null;
  close(): Promise<void>;
}

interface KeyRecord {
  readonly prefix: string;
  readonly sealed: string;
  readonly origin: SigningKeyView["origin"];
  readonly state: SigningKeyState;
  readonly createdAt: number;
  readonly activatedAt: number | null;
  readonly retiringSince: number | null;
  readonly revokedAt: number | null;
}

interface Known extends KeyRecord {
  readonly id: string;
  readonly revision: number;
}

const KEY_BYTES = 32;
/** The one that signs, and its successor or its predecessor. */
const ACCEPTED_MAX = 2;
/** Under this id stands which keys the settings had at the last start. */
const SETTINGS = "settings";

const CONFIGURATION: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "configuration" },
};

/**
 * Opens the signing keys of an environment. What changes counts from the next signature on. Makes a key when there is none.
 *
 * @throws HoldfastError `key_invalid` for a configured key that is malformed; `secret_unreadable`; never quotes a key
 */
export async function openSigningKeys(deps: SigningKeysDeps): Promise<SigningKeys> {
  const { administration, clock, digest, draft, log, vault } = deps;
  const known = new Map<string, Known>();
  const texts = new Map<string, string>();
  const book = new EvidenceBook(administration, clock);
  await book.load();
  let version = 0;
  let freshlyMade: string | null = null;

  const place = (id: string) => ({ kind: "signing-key", id, field: "secret" });
  for (const { body, id, revision } of await administration.records("signing-key")) {
    // Written by `write` below.
    const record = JSON.parse(body) as KeyRecord;
    known.set(id, { ...record, id, revision });
    if (record.state !== "revoked") texts.set(id, vault.open(record.sealed, place(id)));
  }

  const all = (): readonly Known[] =>
    [...known.values()].toSorted((left, right) => left.createdAt - right.createdAt);
  const facts = (): RotationFacts => ({
    keys: all(),
    evidence: book.all(),
    apps: deps.apps().map(({ name }) => name),
    now: clock.now(),
    quietMs: deps.quietMs,
  });

  /** One act at a time: each is decided from what the one before left. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = last.then(act, act);
    last = done.catch(() => undefined);
    return done;
  }

  async function write(
    by: Authority,
    entries: readonly {
      readonly action: AuditAction;
      readonly id: string;
      readonly reason: string | null;
      readonly changes?: AuditAct["changes"];
    }[],
    changed: readonly Omit<Known, "revision">[],
    result: AuditAct["result"] = "success",
  ): Promise<void> {
    const changes = changed.map(({ id, ...record }): RecordChange => ({
      kind: "signing-key",
      id,
      expectedRevision: known.get(id)?.revision ?? 0,
      body: JSON.stringify(recordOf(record)),
    }));
    const [first, ...others] = entries.map(({ action, changes: what = {}, id, reason }) =>
      draft({
        action,
        authority: by,
        targets: [{ type: "signing_key", id, name: null }],
        result,
        reason,
        changes: what,
      }),
    );
    if (first === undefined) return;
    const outcome = await administration.commit({ changes, audit: [first, ...others] });
    if (outcome.kind === "conflict")
      throw new HoldfastError(
        "conflict",
        `Cannot change signing key ${outcome.record.id}: it was changed meanwhile.`,
      );
    for (const key of changed) {
      known.set(key.id, { ...key, revision: (known.get(key.id)?.revision ?? 0) + 1 });
      if (key.state === "revoked") texts.delete(key.id);
    }
    version += 1;
  }

  function entered(
    text: string,
    origin: SigningKeyView["origin"],
    state: SigningKeyState,
  ): Omit<Known, "revision"> {
    const key = parseSigningKey(text);
    const id = key.keyId(digest);
    const now = clock.now();
    texts.set(id, text);
    return {
      id,
      prefix: key.prefix,
      sealed: vault.seal(text, place(id)),
      origin,
      state,
      createdAt: now,
      activatedAt: state === "active" ? now : null,
      retiringSince: state === "retiring" ? now : null,
      revokedAt: null,
    };
  }

  function made(): string {
    const hex = Buffer.from(deps.random.bytes(KEY_BYTES)).toString("hex");
    return `signkey-${deps.environment.replaceAll("-", "_")}-${hex}`;
  }

  /** The keys after a step, those alone that it changes. */
  function changedBy(step: RotationStep & { readonly ok: true }): readonly Omit<Known, "revision">[] {
    const now = clock.now();
    return all().flatMap((key) => {
      const state = step.states.get(key.id);
      if (state === undefined || state === key.state) return [];
      return [
        {
          ...key,
          state,
          activatedAt: state === "active" ? now : key.activatedAt,
          retiringSince: state === "retiring" ? now : null,
          revokedAt: state === "revoked" ? now : null,
          // A key that is over signs nothing ever again: nobody needs its text.
          ...(state === "revoked" ? { sealed: "" } : {}),
        },
      ];
    });
  }

  function wanted(step: RotationStep, doing: string): RotationStep & { readonly ok: true } {
    if (step.ok) return step;
    throw new HoldfastError(step.code, `Cannot ${doing}: ${step.words}.`);
  }

  await inTurn(async () => {
    await applySettings(deps.configured.map((text) => ({ text, id: parseSigningKey(text).keyId(digest) })));
    if (keyIn(all(), "active") !== null) return;
    const text = made();
    const key = entered(text, "made", "active");
    await write(CONFIGURATION, [{ action: "signing_key.created", id: key.id, reason: null }], [key]);
    freshlyMade = text;
  });

  /**
   * Settings count when they change: the first key in them signs from then on, the others are accepted, and one that was taken
   * out is over. While they stay as they are, what operators decided since counts. A revoked key stays revoked.
   */
  async function applySettings(
    configured: readonly { readonly text: string; readonly id: string }[],
  ): Promise<void> {
    const noted = (await administration.records("key-use")).find(({ id }) => id === SETTINGS);
    // Noted below.
    const before = noted === undefined ? [] : (JSON.parse(noted.body) as readonly string[]);
    const ids = configured.map(({ id }) => id);
    for (const id of ids) {
      if (known.get(id)?.state === "revoked")
        log.warn({ keyId: id }, "a configured signing key is revoked, and is not accepted");
    }
    if (ids.length === 0 || JSON.stringify(before) === JSON.stringify(ids)) return;
    const now = clock.now();
    const next = new Map<string, Omit<Known, "revision">>();
    const entries: Parameters<typeof write>[1][number][] = [];
    const head = ids.find((id) => known.get(id)?.state !== "revoked") ?? null;
    for (const { id, text } of configured) {
      if (known.has(id)) continue;
      next.set(id, entered(text, "configured", id === head ? "active" : "retiring"));
      entries.push({ action: "signing_key.imported", id, reason: null });
    }
    const headNow = head === null ? undefined : known.get(head);
    if (headNow !== undefined && headNow.state !== "active") {
      next.set(headNow.id, { ...headNow, state: "active", activatedAt: now, retiringSince: null });
      entries.push({ action: "signing_key.activated", id: headNow.id, reason: "first in the settings" });
    }
    for (const key of all()) {
      if (key.state === "revoked" || ids.includes(key.id)) continue;
      if (!before.includes(key.id)) continue;
      next.set(key.id, { ...key, state: "revoked", sealed: "", revokedAt: now });
      entries.push({ action: "signing_key.revoked", id: key.id, reason: "taken out of the settings" });
    }
    const active = keyIn(all(), "active");
    if (head !== null && active !== null && active.id !== head && !next.has(active.id))
      next.set(active.id, { ...active, state: "retiring", retiringSince: now });
    const after = acceptedKeys([
      ...new Map([...all().map((key) => [key.id, key] as const), ...next]).values(),
    ]);
    if (after.length > ACCEPTED_MAX) {
      const names = after.map(({ id, state }) => `${id} (${state})`).join(", ");
      throw new HoldfastError(
        "conflict",
        `Cannot take the signing keys of the settings: ${after.length} would be accepted, and two may be: ${names}.`,
      );
    }
    await write(CONFIGURATION, entries, [...next.values()]);
    await administration.note([{ kind: "key-use", id: SETTINGS, body: JSON.stringify(ids) }]);
  }

  async function view(): Promise<RotationView> {
    const now = facts();
    const newest = keyIn(now.keys, "pending") ?? keyIn(now.keys, "active");
    const lastOf = (app: string): KeyEvidence | null =>
      now.evidence.filter((one) => one.app === app).toSorted((left, right) => right.at - left.at)[0] ?? null;
    return {
      keys: all().map((key) => viewOf(key, now.evidence)),
      evidence: now.evidence.toSorted((left, right) => right.at - left.at),
      waitingFor:
        newest === null || acceptedKeys(now.keys).length < 2
          ? []
          : appsWithout(now, newest.id).map((app) => {
              const seen = lastOf(app);
              return { app, lastKeyId: seen?.keyId ?? null, lastAt: seen?.at ?? null };
            }),
      revocableAt: revocableAt(now),
    };
  }

  return {
    accepted: () => acceptedKeys(all()).flatMap(({ id }) => texts.get(id) ?? []),
    get version() {
      return version;
    },
    get isRotating() {
      return acceptedKeys([...known.values()]).length > 1;
    },
    observe(evidence) {
      book.add({ ...evidence, at: clock.now() });
    },
    view,
    begin: (by, imported) =>
      inTurn(async () => {
        const fault = beginFault({ keys: all() });
        if (fault !== null) throw new HoldfastError("conflict", `Cannot begin a rotation: ${fault}.`);
        const text = imported ?? made();
        const id = parseSigningKey(text).keyId(digest);
        const before = known.get(id);
        if (before !== undefined)
          throw new HoldfastError(
            "conflict",
            `Cannot take key ${id}: it is here already, as ${before.state}.`,
          );
        const key = entered(text, imported === undefined ? "made" : "imported", "pending");
        const action = imported === undefined ? "signing_key.created" : "signing_key.imported";
        await write(by, [{ action, id, reason: null }], [key]);
        return { key: viewOf({ ...key, revision: 1 }, []), secret: imported === undefined ? text : null };
      }),
    async probe() {
      const found = [];
      for (const { name, url } of deps.apps()) {
        const answer = await deps.ask(url);
        if ("error" in answer) {
          found.push({ app: name, keyId: null, error: answer.error });
          continue;
        }
        for (const keyId of answer.keyIds)
          book.add({ app: name, worker: null, keyId, how: "probe", at: clock.now() });
        found.push({ app: name, keyId: answer.keyIds[0] ?? null, error: null });
      }
      return found;
    },
    promote: (by, force) =>
      inTurn(async () => {
        const now = facts();
        const step = wanted(promoted(now, force !== null), "let the new key sign");
        const id = keyIn(now.keys, "pending")?.id ?? "";
        const without = appsWithout(now, id);
        await write(
          by,
          [{ action: "signing_key.activated", id, reason: force, changes: breaks(without) }],
          changedBy(step),
        );
        return view();
      }),
    stepBack: (by, reason) =>
      inTurn(async () => {
        const step = wanted(steppedBack({ keys: all() }), "go back to the earlier key");
        const id = keyIn(all(), "retiring")?.id ?? "";
        await write(by, [{ action: "signing_key.stepped_back", id, reason }], changedBy(step));
        return view();
      }),
    revoke: (by, keyId, force) =>
      inTurn(async () => {
        const now = facts();
        const step = revoked(now, keyId, force !== null);
        if (!step.ok && step.code === "key_in_use") {
          // That somebody wanted to is news, too.
          await write(
            by,
            [{ action: "signing_key.revoke_refused", id: keyId, reason: step.words }],
            [],
            "denied",
          );
        }
        const { states } = wanted(step, `revoke signing key ${keyId.slice(0, 40)}`);
        const changed = changedBy({ ok: true, states });
        const isBare = ![...states.values()].includes("active") && keyIn(now.keys, "active")?.id === keyId;
        const successor = isBare ? made() : null;
        const keys = successor === null ? changed : [...changed, entered(successor, "made", "active")];
        const used = [...new Set(now.evidence.filter((one) => one.keyId === keyId).map(({ app }) => app))];
        const entries = [
          {
            action: "signing_key.revoked",
            id: keyId,
            reason: force,
            changes: breaks(force === null ? [] : used),
          } as const,
          ...(successor === null
            ? []
            : [
                {
                  action: "signing_key.created",
                  id: parseSigningKey(successor).keyId(digest),
                  reason: force,
                } as const,
              ]),
        ];
        await write(by, entries, keys);
        return { ...(await view()), ...(successor === null ? {} : { secret: successor }) };
      }),
    takeMade() {
      const text = freshlyMade;
      freshlyMade = null;
      return text;
    },
    close: () => book.flush(),
  };
}

function breaks(apps: readonly string[]): AuditAct["changes"] {
  return apps.length === 0 ? {} : { apps_cut_off: { from: null, to: apps } };
}

function recordOf(key: Omit<Known, "id" | "revision">): KeyRecord {
  const { activatedAt, createdAt, origin, prefix, retiringSince, revokedAt, sealed, state } = key;
  return { prefix, sealed, origin, state, createdAt, activatedAt, retiringSince, revokedAt };
}

function viewOf(key: Known, evidence: readonly KeyEvidence[]): SigningKeyView {
  const { activatedAt, createdAt, id, origin, prefix, retiringSince, revokedAt, state } = key;
  const uses = evidence.filter(({ how, keyId }) => keyId === id && how !== "probe").map(({ at }) => at);
  const lastUsedAt = uses.length === 0 ? null : Math.max(...uses);
  return { id, state, prefix, origin, createdAt, activatedAt, retiringSince, revokedAt, lastUsedAt };
}
