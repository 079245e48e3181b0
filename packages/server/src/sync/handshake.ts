import type { AuditDrafter } from "#audit";
import type { EgressOutcome, Egress } from "#egress";
import type { Clock, Log, Random } from "#kernel";
import type { Keys } from "#keys";
import type { NoteChange, Registry } from "#registry";
import { syncChanges } from "#registry";
import { canonicalJson, Header, LIMITS } from "@holdfast/protocol";
import type { ServerKind, SignatureAlgorithm, SignedRequest } from "@holdfast/protocol";
import { createAnnouncer } from "./announce.ts";
import { comparableUrl, parseAppUrl, shownUrl } from "./app-url.ts";
import type { AppChange, Sync, SyncOutcome } from "./contract.ts";
import { downgradeFault, proveInBand } from "./in-band-proof.ts";
import { registrationOf } from "./in-band.ts";
import { isSdk, mayPass, networkFailure, readPutAnswer } from "./put-answer.ts";
import { createTaskGroup } from "./task-group.ts";
import { keepInSync } from "./upkeep.ts";

export interface SyncDeps {
  readonly audit: AuditDrafter;
  readonly egress: Egress;
  readonly keys: Keys;
  readonly registry: Registry;
  /** The machine's: of connections and signatures. */
  readonly clock: Clock;
  /** That of events and runs, in which the schedules of what registers begin. */
  readonly virtualClock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serverKind: ServerKind;
  /** Apps to sync from the start. */
  readonly urls: readonly string[];
  /** How often known apps are asked again; null never. */
  readonly pollIntervalMs: number | null;
  /** Whether to look for apps on this machine. Only a development server does. */
  readonly discovery: boolean;
  /** The port this server listens on, once it does. */
  readonly ownPort: () => number;
  /** Whose changes tell that a local app may have changed. Only a development server looks. */
  readonly directory?: string;
  /** Told of apps that were found, changed, refused or lost. Must not throw. */
  readonly onChange?: (change: AppChange) => void;
}

/** What was asked, as far as its answer must fit to it. */
interface Asked {
  readonly outcome: EgressOutcome;
  readonly nonce: string;
}

/** An answer with a whole registration may be as large as a posted one. */
const ANSWER_BYTES_MAX = 2 * LIMITS.registrationBytes;

/** The server's side of the handshake (wire-protocol 4). Never sends a key, nor anything made from one but signatures. */
export function createSync(deps: SyncDeps): Sync {
  const { egress, keys, registry, clock, log, serverKind } = deps;
  const announcer = createAnnouncer({
    registry,
    log,
    ...(deps.onChange === undefined ? {} : { onChange: deps.onChange }),
  });
  const tasks = createTaskGroup(log);
  /** Under which name the app at an address registers, as far as it was learned: the two may name different addresses. */
  const namesByUrl = new Map<string, string>();
  const underWay = new Map<string, Promise<SyncOutcome>>();

  const ask = async (
    method: "GET" | "PUT",
    url: string,
    kind: "in_band" | "out_of_band",
    signer: Keys = keys,
    alg: SignatureAlgorithm = knownAlgorithm(url),
  ): Promise<Asked> => {
    // The SDKs accept an in-band request with exactly this body.
    const body = method === "GET" ? null : canonicalJson({ url });
    const signature = signer.sign(body ?? "", clock.now());
    const headers: Readonly<Record<string, string>> = {
      ...(body === null ? {} : { "content-type": "application/json", [Header.syncKind]: kind }),
      [Header.serverKind]: serverKind,
      ...(signature === null ? {} : { [Header.signature]: signature }),
    };
    let nonce = "";
    const sign = (path: string): Readonly<Record<string, string>> => {
      const header = (name: string): string | null => headers[name] ?? null;
      const message: SignedRequest = { kind: "request", method, target: path, header };
      const tag = method === "PUT" ? "sync" : "probe";
      const signed = signer.v2?.signRequest({ tag, message, body: body ?? "", app: "", alg }, clock.now());
      nonce = signed?.nonce ?? "";
      return signed?.headers ?? {};
    };
    const outcome = await egress.send({
      method,
      url,
      headers,
      ...(signer.v2 === null ? {} : { sign }),
      body,
      timeoutMs: method === "GET" ? LIMITS.introspectionMs : LIMITS.syncMs,
      responseBytesMax: ANSWER_BYTES_MAX,
      signal: tasks.signal,
    });
    return { outcome, nonce };
  };

  /** What the server asked an app for is the server's own act. */
  const noteSync: NoteChange = ({ app, ...change }) => [
    deps.audit.draft({
      action: "app.synced",
      authority: {
        actor: { type: "system", id: "server", name: null, keyId: null },
        context: { address: null, userAgent: null, requestId: null, via: "clock" },
      },
      targets: [{ type: "app", id: app, name: null }],
      result: "success",
      reason: null,
      changes: syncChanges(change),
    }),
  ];

  const knownAlgorithm = (url: string): SignatureAlgorithm => {
    const name = nameAt(url);
    const app = name === null ? null : registry.app(name);
    return app?.signatures === "v2-ed25519" ? "ed25519" : "hmac-sha256";
  };

  /**
   * The PUT. An app that has only a public key of ours refuses, in the bare form in which it refuses everything, what it
   * cannot verify, and has had no occasion yet to say so: it is asked once more, as it can.
   */
  const put = async (url: string, kind: "in_band" | "out_of_band"): Promise<Asked> => {
    const asked = await ask("PUT", url, kind);
    const { outcome } = asked;
    const isBareRefusal = outcome.kind === "answered" && outcome.status === 401 && !isSdk(outcome.headers);
    if (!isBareRefusal) return asked;
    // While keys are rotated an app may have the other one alone.
    const other = keys.other === null ? null : await ask("PUT", url, kind, keys.other);
    if (other !== null && !isRefused(other.outcome)) return other;
    if (keys.v2 === null || knownAlgorithm(url) === "ed25519") return asked;
    return ask("PUT", url, kind, keys, "ed25519");
  };

  const isRefused = (outcome: EgressOutcome): boolean =>
    outcome.kind === "answered" && outcome.status === 401;

  /** The registration an in-band answer carries, once its signature is checked. */
  const readInBand = (url: string, answer: EgressOutcome & { readonly kind: "answered" }, nonce: string) => {
    const unproved = (why: string) => ({
      ok: false as const,
      code: "sig_verification_failed",
      message: `Cannot sync the app at ${shownUrl(url)}: ${why}.`,
    });
    const proof = proveInBand(answer, nonce, keys, clock.now());
    if (!proof.ok) return unproved(proof.why);
    const registration = registrationOf(parseJson(answer.body), url);
    if (registration === null) {
      return {
        ok: false as const,
        code: "not_sdk",
        message: `Cannot sync the app at ${shownUrl(url)}: its answer names no app.`,
      };
    }
    const fault = downgradeFault(registration, proof.scheme);
    if (fault !== null) return unproved(fault);
    if (keys.other !== null && proof.keyId !== null)
      keys.observe({ app: String(registration["appName"]), worker: null, keyId: proof.keyId, how: "sync" });
    return { ok: true as const, registration };
  };

  const handshake = async (url: string): Promise<SyncOutcome> => {
    const known = new Map(registry.apps().map((app) => [app.name, app.syncedAt]));
    const { nonce, outcome: answered } = await put(url, keys.signed ? "in_band" : "out_of_band");
    const answer = readPutAnswer(url, answered);
    switch (answer.kind) {
      case "failed":
        return { ok: false, code: answer.code, message: answer.message };
      case "in_band": {
        const read = readInBand(url, answer.answer, nonce);
        if (!read.ok) return read;
        const outcome = await registry.register(read.registration, deps.virtualClock.now(), noteSync);
        if (!outcome.ok)
          return {
            ok: false,
            code: outcome.code,
            message: `Cannot sync the app at ${shownUrl(url)}: ${outcome.message}`,
          };
        namesByUrl.set(comparableUrl(url), outcome.app.name);
        return { ok: true, appName: outcome.app.name, modified: outcome.modified, kind: "in_band" };
      }
      case "out_of_band": {
        const written = registry.apps().filter((app) => known.get(app.name) !== app.syncedAt);
        const appName = nameAt(url) ?? (written.length === 1 ? (written[0]?.name ?? null) : null);
        // The app says that something is new, and nothing is new here: it spoke with another server.
        const isElsewhere = answer.modified && written.length === 0;
        if (appName !== null && !isElsewhere) {
          namesByUrl.set(comparableUrl(url), appName);
          return { ok: true, appName, modified: answer.modified, kind: "out_of_band" };
        }
        return identify(url, answer.modified);
      }
    }
  };

  /**
   * An app says it registered, and nothing here shows it. Either it registers under another address than the one we
   * asked at, unchanged since an earlier start of ours, or its base URL names another server. An in-band answer has its
   * name and decides it; an SDK that gives none leaves us with its word.
   */
  const identify = async (url: string, modified: boolean): Promise<SyncOutcome> => {
    const { nonce, outcome } = await put(url, "in_band");
    const answer = readPutAnswer(url, outcome);
    const read = answer.kind === "in_band" ? readInBand(url, answer.answer, nonce) : null;
    if (read === null || !read.ok) return { ok: true, appName: null, modified, kind: "out_of_band" };
    const appName = String(read.registration["appName"]);
    if (registry.app(appName) !== null && !modified) {
      namesByUrl.set(comparableUrl(url), appName);
      return { ok: true, appName, modified, kind: "out_of_band" };
    }
    return {
      ok: false,
      code: "unknown",
      message:
        `Cannot sync app "${appName}" at ${shownUrl(url)}: it registers with another server. ` +
        "Point its INNGEST_BASE_URL (or INNGEST_DEV) to this one.",
    };
  };

  const nameAt = (url: string): string | null => {
    const wanted = comparableUrl(url);
    const learned = namesByUrl.get(wanted);
    if (learned !== undefined && registry.app(learned) !== null) return learned;
    return registry.apps().find((app) => comparableUrl(app.url) === wanted)?.name ?? null;
  };

  /** Keeps the record's error true, and writes only when it changes. */
  const noteOutcome = async (url: string, outcome: SyncOutcome): Promise<void> => {
    const name = outcome.ok ? outcome.appName : nameAt(url);
    const app = name === null ? null : registry.app(name);
    if (app === null) return;
    const error = outcome.ok ? null : `${outcome.code}: ${outcome.message}`;
    if (app.error !== error) await registry.noteError(app.name, error);
  };

  /** With `isTransient`, a failure that may pass is no news yet: whoever asks will ask again in a moment. */
  const sync = async (text: string, { isTransient = false } = {}): Promise<SyncOutcome> => {
    const parsed = parseAppUrl(text);
    if (!parsed.ok) return parsed;
    const { url } = parsed;
    // A second request while one is under way would learn the same.
    const running = underWay.get(url);
    if (running !== undefined) return running;
    const work = (async () => {
      const outcome = await handshake(url);
      const isNews = outcome.ok || !isTransient || !mayPass(outcome.code);
      if (isNews && !tasks.signal.aborted) {
        await noteOutcome(url, outcome);
        announcer.synced(url, outcome);
      }
      return outcome;
    })();
    underWay.set(url, work);
    try {
      return await work;
    } finally {
      underWay.delete(url);
    }
  };

  return {
    sync: (url) => sync(url),
    async introspect(text) {
      const parsed = parseAppUrl(text);
      if (!parsed.ok) return parsed;
      const { outcome } = await ask("GET", parsed.url, "out_of_band");
      if (outcome.kind === "failed") {
        const { code, message } = networkFailure(outcome);
        return { ok: false, code, message };
      }
      const body = parseJson(outcome.body);
      if (outcome.status === 200 && body !== undefined) return { ok: true, body };
      const read = readPutAnswer(parsed.url, outcome);
      return read.kind === "failed"
        ? { ok: false, code: read.code, message: read.message }
        : {
            ok: false,
            code: "not_sdk",
            message: `Cannot introspect ${shownUrl(parsed.url)}: its answer is not JSON.`,
          };
    },
    async keysOf(url) {
      let error = "";
      for (const signer of [keys, keys.other]) {
        if (signer === null) continue;
        const { outcome } = await ask("GET", url, "out_of_band", signer);
        if (outcome.kind === "failed") return { error: outcome.message };
        const found = outcome.status === 200 ? keyIdsIn(parseJson(outcome.body)) : [];
        if (found.length > 0) return { keyIds: found };
        error = `Cannot learn which keys the app at ${shownUrl(url)} has: it answered ${outcome.status} and does not say.`;
      }
      return { error };
    },
    start() {
      keepInSync({ ...deps, sync, tasks, announcer });
    },
    stop: () => tasks.stop(),
  };
}

/** The keys that an app says it has, the one it signs with first: by the first digits of their hashes (wire-protocol 4.9). */
function keyIdsIn(body: unknown): readonly string[] {
  if (typeof body !== "object" || body === null) return [];
  const { signing_key_hash: main, signing_key_fallback_hash: fallback } = body as Readonly<
    Record<string, unknown>
  >;
  return [main, fallback].flatMap((hash) => {
    const id = typeof hash === "string" ? /(?:^|-)([0-9a-f]{12})[0-9a-f]*$/.exec(hash)?.[1] : undefined;
    return id === undefined ? [] : [id];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer too: callers say what they make of it.
    return undefined;
  }
}
