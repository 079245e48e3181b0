/** Stand-ins for the rooms that sync is given, for its tests. */
import type { Egress, EgressOutcome, EgressRequest } from "#egress";
import type { Random } from "#kernel";
import { nodeDigest } from "#kernel";
import type { Keys } from "#keys";
import type { FunctionDefinition, Registry } from "#registry";
import type { AppId, EnvironmentName, FunctionId } from "@holdfast/protocol";
import { canonicalJson, parseSigningKey, sign, verify } from "@holdfast/protocol";
import { definitionOf } from "../../registry/testing/definition.ts";

type AppRecord = ReturnType<Registry["apps"]>[number];

/** A registry in memory that takes every registration with a name. */
export interface RegistryDouble extends Registry {
  /** Errors in the order they were noted, as `<app>: <error>`. */
  readonly noted: string[];
  readonly registrations: unknown[];
}

export function createRegistryDouble(): RegistryDouble {
  const apps = new Map<string, AppRecord>();
  const functions = new Map<string, readonly FunctionDefinition[]>();
  const noted: string[] = [];
  const registrations: unknown[] = [];
  const environment = "dev" as EnvironmentName;
  return {
    noted,
    registrations,
    environment,
    async register(registration, now) {
      registrations.push(registration);
      // The shape that the code under test promises to hand over; a wrong one fails the test below.
      const {
        appName,
        url,
        sdk,
        functions: list,
      } = registration as Record<"appName" | "url" | "sdk", string> & {
        functions: readonly { readonly id: string; readonly name: string }[];
      };
      if (list.some((one) => one.name === "bad")) {
        return {
          ok: false,
          code: "config_invalid",
          message: "At least one function is invalid",
          functions: [],
        };
      }
      const { featureObservations: _, ...counted } = registration as Record<string, unknown>;
      const checksum = nodeDigest.sha256Hex(canonicalJson(counted));
      const former = apps.get(appName);
      const id = `app:${appName}` as AppId;
      if (former?.checksum === checksum && former.error === null)
        return { ok: true, modified: false, app: former };
      const app: AppRecord = {
        id,
        environment,
        name: appName,
        url,
        checksum,
        sdk,
        framework: null,
        appVersion: null,
        signatures: null,
        syncedAt: now,
        error: null,
      };
      apps.set(appName, app);
      const definitions = list.map((one) =>
        definitionOf({
          id: one.id as FunctionId,
          appId: id,
          appName,
          slug: one.id,
          name: one.name,
          url,
          triggers: [],
        }),
      );
      functions.set(appName, definitions);
      return { ok: true, modified: true, app };
    },
    startedBy: () => [],
    function: () => null,
    functionBySlug: () => null,
    functions: () => [...functions.values()].flat(),
    apps: () => [...apps.values()],
    app: (name) => apps.get(name) ?? null,
    async noteError(name, error) {
      noted.push(`${name}: ${error}`);
      const app = apps.get(name);
      if (app !== undefined) apps.set(name, { ...app, error });
    },
    removeByUrl: async () => false,
    endpointOrigin: () => null,
    endpoint: () => Promise.reject(new Error("nothing here has durable endpoints")),
  };
}

/** Keys with one signing key, or none. */
export function createKeysDouble(text: string | null): Keys {
  const key = text === null ? null : parseSigningKey(text);
  return {
    signed: key !== null,
    v2: null,
    sign: (body, nowMs) => (key === null ? null : sign(body, key, nowMs, nodeDigest)),
    other: null,
    signerId: key?.keyId(nodeDigest) ?? null,
    observe: () => undefined,
    tokenSecrets: () => [],
    verifyAnswer(header, body, nowMs) {
      const verdict = verify(header, body, key === null ? [] : [key], nowMs, nodeDigest);
      return verdict.ok ? { ok: true, keyId: verdict.key.keyId(nodeDigest) } : verdict;
    },
    checkBearer: () => ({ ok: true, keyId: null }),
    checkEventKey: () => ({ ok: false, reason: "unknown" }),
  };
}

/** A network that answers as told and remembers what it was asked. */
export function createEgressDouble(
  answer: (request: EgressRequest) => EgressOutcome | Promise<EgressOutcome>,
): Egress & { readonly requests: EgressRequest[] } {
  const requests: EgressRequest[] = [];
  return {
    requests,
    async send(request) {
      requests.push(request);
      return answer(request);
    },
    async close() {},
  };
}

export const steadyRandom: Random = { bytes: (count) => new Uint8Array(count), fraction: () => 0 };

export const unreachable: EgressOutcome = {
  kind: "failed",
  code: "unreachable",
  message: "connection refused",
  status: null,
};

export const sdkHeaders: Readonly<Record<string, string>> = {
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-sdk-handled": "true",
};
