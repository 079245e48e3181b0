import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import { isHoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { keyFrom, serverUrl } from "../connection.ts";
import type { EnvironmentFacts, HeldOrigin, ServerFacts } from "./server.ts";

/** What a running server says of itself, or why it was not asked. */
export type ServerLook =
  | { readonly facts: ServerFacts; readonly clockAheadMs: number | null }
  | { readonly why: string };

const CLOCK_MS = 5000;

/** Asks the server that answers, with the operator's token that is at hand. */
export async function lookAtServer(invocation: Invocation): Promise<ServerLook> {
  const url = serverUrl(invocation);
  const operatorToken = keyFrom("operator-token", invocation, url);
  if (operatorToken === null)
    return { why: "There is no operator token at hand: set HOLDFAST_OPERATOR_TOKEN." };
  const signingKey = keyFrom("signing-key", invocation, url);
  const client = createClient({ url, operatorToken });
  try {
    const environments = await client.environments();
    const facts = {
      url,
      environments: await Promise.all(
        environments
          .filter(({ archived_at: archived, kind }) => archived === null && kind !== "branch")
          .map(({ kind, name }) => environmentFacts(client, name, kind === "dev")),
      ),
      // A client shows one key, and apps are behind the other.
      apps: signingKey === null ? null : await createClient({ url, signingKey }).apps(),
      operatorTokens: await client.operatorTokens(),
      masterKeys: await client.masterKeyUses(),
      log: await client.verifyAudit(null),
      sinks: await client.auditSinks(),
    };
    return { facts, clockAheadMs: await clockAhead(url) };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return { why: error.message };
  }
}

async function environmentFacts(client: Client, name: string, isDev: boolean): Promise<EnvironmentFacts> {
  return {
    name,
    rotation: isDev ? null : await client.rotation(name),
    eventKeys: isDev ? [] : await client.eventKeys(name),
    egress: await client.egressPolicy(name),
    log: await client.verifyAudit(name),
    heldOrigins: await heldOrigins(client, name),
  };
}

/** Apps whose new address was held after the last one that was approved for them. */
async function heldOrigins(client: Client, name: string): Promise<readonly HeldOrigin[]> {
  const rowsOf = (action: string) => client.auditRows(name, { action, limit: "100" });
  const approved = await rowsOf("app.origin_approved");
  const held = new Map<string, HeldOrigin>();
  for (const { entry, seq } of await rowsOf("app.origin_held")) {
    const app = entry.targets[0]?.id ?? "";
    const isSettled = approved.some((row) => row.seq > seq && row.entry.targets[0]?.id === app);
    if (!isSettled && !held.has(app)) held.set(app, { app, at: entry.at });
  }
  return [...held.values()];
}

/** By the `Date` of an answer, whole seconds (RFC 9110, 6.6.1). */
async function clockAhead(url: string): Promise<number | null> {
  const answer = await fetch(new URL("/health", url), { signal: AbortSignal.timeout(CLOCK_MS) }).catch(
    () => null,
  );
  const theirs = Date.parse(answer?.headers.get("date") ?? "");
  return Number.isNaN(theirs) ? null : Date.now() - theirs;
}
