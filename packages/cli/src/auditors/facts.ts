import type {
  AuditRowInfo,
  AuditSinkInfo,
  Client,
  Environment,
  EgressPolicyInfo,
  EventKeyInfo,
  MasterKeyUse,
  OperatorTokenInfo,
  PersonInfo,
  Rotation,
  ServiceAccountInfo,
} from "@holdfast/client";
import type { LogVerdict } from "@holdfast/protocol";

/** What is known of one environment. */
export interface EnvironmentFacts {
  readonly name: string;
  readonly kind: string;
  readonly signingKeys: Rotation["keys"];
  readonly eventKeys: readonly EventKeyInfo[];
  readonly egress: EgressPolicyInfo;
}

/** A log: what of it lies in the time that is asked about, oldest first, and whether all of it holds. */
export interface LogFacts {
  /** Null: the installation's. */
  readonly environment: string | null;
  readonly verdict: LogVerdict;
  readonly rows: readonly AuditRowInfo[];
}

/** What reports are made of. */
export interface Facts {
  readonly url: string;
  readonly now: number;
  /** The beginning of the time that is asked about. */
  readonly since: number;
  readonly tokens: readonly OperatorTokenInfo[];
  readonly people: readonly PersonInfo[];
  readonly serviceAccounts: readonly ServiceAccountInfo[];
  readonly environments: readonly EnvironmentFacts[];
  readonly masterKeys: readonly MasterKeyUse[];
  readonly sinks: readonly AuditSinkInfo[];
  readonly logs: readonly LogFacts[];
}

const PAGE = 1000;

/** Asks a server for all of it. The token of an auditor will do. */
export async function readFacts(
  client: Client,
  { now, since, url }: Pick<Facts, "now" | "since" | "url">,
): Promise<Facts> {
  const known = await client.environments();
  const environments: EnvironmentFacts[] = [];
  for (const { kind, name } of known.filter(hasKeys)) {
    environments.push({
      name,
      kind,
      signingKeys: (await client.rotation(name)).keys,
      eventKeys: await client.eventKeys(name),
      egress: await client.egressPolicy(name),
    });
  }
  const logs: LogFacts[] = [];
  for (const environment of [null, ...known.map(({ name }) => name)]) {
    logs.push({
      environment,
      verdict: await client.verifyAudit(environment),
      rows: await rowsSince(client, environment, since),
    });
  }
  return {
    url,
    now,
    since,
    tokens: await client.operatorTokens(),
    people: await client.people(),
    serviceAccounts: await client.serviceAccounts(),
    environments,
    masterKeys: await client.masterKeyUses(),
    sinks: await client.auditSinks(),
    logs,
  };
}

/** Branches have their family's keys. */
function hasKeys({ family }: Environment): boolean {
  return family === null;
}

async function rowsSince(
  client: Client,
  environment: string | null,
  since: number,
): Promise<readonly AuditRowInfo[]> {
  const found: AuditRowInfo[] = [];
  let before: string | null = null;
  for (;;) {
    const page = await client.auditRows(environment, {
      limit: String(PAGE),
      ...(before === null ? {} : { before }),
    });
    found.push(...page.filter(({ entry }) => Date.parse(entry.at) >= since));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE || Date.parse(last.entry.at) < since) break;
    before = String(last.seq);
  }
  return found.toReversed();
}
