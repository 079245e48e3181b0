import type { AuditAct } from "@holdfast/protocol";
import { createIds, nodeDigest, silentLog, systemRandom } from "#kernel";
import type { ScimDirectory } from "#scim";
import { manualClock } from "../../../kernel/testing/manual-clock.ts";
import type { MemoryAccounts } from "../../../scim/testing/memory-directory.ts";
import { memoryAccounts } from "../../../scim/testing/memory-directory.ts";
import { createScimApi } from "../scim-api.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON, so that a test can look into it; an empty object when there is none. */
  // oxlint-disable-next-line no-explicit-any
  readonly body: any;
}

export interface Question {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The token; null: none. */
  readonly token?: string | null;
  readonly connection?: string;
  /** Without it, so much time passes before the question that no rate is met. */
  readonly atOnce?: boolean;
}

export interface ScimServer extends AsyncDisposable {
  readonly origin: string;
  readonly accounts: MemoryAccounts;
  readonly notes: AuditAct[];
  readonly leaks: string[];
  ask(method: string, path: string, question?: Question): Promise<Answer>;
  /** Makes the next writes of the connection `okta` meet a change of somebody else's. */
  disturb(times: number): void;
  pass(ms: number): Promise<void>;
}

/** The routes over real HTTP, above directories in memory: the connections `okta` and `entra`, each with its token, and
 * `broken`, which cannot list its users. */
export async function scimServer(): Promise<ScimServer> {
  const clock = manualClock(Date.UTC(2026, 10, 27));
  const accounts = memoryAccounts(() => clock.now());
  let disturbances = 0;
  const okta = accounts.directory("okta", ["acme.example"]);
  const disturbed: ScimDirectory = {
    ...okta,
    async replaceUser(id, fields, revision, by) {
      if (disturbances > 0) {
        disturbances -= 1;
        const now = await okta.user(id);
        if (now !== null)
          await okta.replaceUser(id, { ...now, displayName: `Other ${disturbances}` }, revision, by);
      }
      return okta.replaceUser(id, fields, revision, by);
    },
  };
  const directories: Readonly<Record<string, ScimDirectory>> = {
    okta: disturbed,
    entra: accounts.directory("entra", ["globex.example"]),
    broken: { ...okta, users: () => Promise.reject(new Error("The disk at /srv/accounts.db is full")) },
  };
  const notes: AuditAct[] = [];
  const leaks: string[] = [];
  let origin = "";
  const app = createScimApi({
    mode: "production",
    machineClock: clock,
    ids: createIds(clock, systemRandom),
    log: silentLog,
    audit: { note: (act) => void notes.push(act) },
    publicUrl: () => origin,
    authenticate(connection, authorization, context) {
      const directory = Object.hasOwn(directories, connection) ? directories[connection] : undefined;
      const isToken = nodeDigest.equal(authorization ?? "", `Bearer token-of-${connection}`);
      if (directory === undefined || !isToken) return Promise.resolve(null);
      const actor = { type: "service", id: connection, name: null, keyId: `key-of-${connection}` } as const;
      return Promise.resolve({ directory, authority: { actor, context } });
    },
    leaked: (token) => Promise.resolve(void leaks.push(token)),
  });
  origin = await app.listen({ port: 0, host: "127.0.0.1" });

  return {
    origin,
    accounts,
    notes,
    leaks,
    async ask(method, path, { body, headers = {}, token, connection = "okta", atOnce = false } = {}) {
      if (!atOnce) await clock.advance(40);
      const shown = token === undefined ? `token-of-${connection}` : token;
      const answer = await fetch(`${origin}/scim/v2/${connection}${path}`, {
        method,
        headers: {
          ...(shown === null ? {} : { authorization: `Bearer ${shown}` }),
          ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: text === "" ? {} : JSON.parse(text),
      };
    },
    disturb: (times) => void (disturbances = times),
    pass: (ms) => clock.advance(ms),
    async [Symbol.asyncDispose]() {
      await app.close();
    },
  };
}

/** A user as a directory makes one. */
export function aUser(userName: string, more: Readonly<Record<string, unknown>> = {}) {
  return { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName, active: true, ...more };
}

/** A PATCH of these operations. */
export function aPatch(...operations: readonly Readonly<Record<string, unknown>>[]) {
  return { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations };
}
