import { Resolver } from "node:dns/promises";
import { hostname } from "node:os";
import type { Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { EgressPolicyAdministration } from "#egress";
import { createEgress } from "#egress";
import { createOidcClient } from "#oidc";
import type { Identity } from "#identity";
import { openBreachedPasswords, openIdentity, watchMetadata } from "#identity";
import type { Clock, Log, Random } from "#kernel";
import type { Mail } from "#mail";
import { openMail } from "#mail";
import { egressFetch } from "./egress-fetch.ts";
import type { OpenStore } from "./open-store.ts";
import type { ServerOptions } from "./options.ts";

/** What the people of an installation need. */
export interface PeopleWorld {
  readonly options: ServerOptions;
  readonly own: OpenStore;
  /** The policy by which identity providers are asked: that of the main environment. */
  readonly policy: EgressPolicyAdministration;
  readonly ownPort: () => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
}

/** The people of an installation, with the network on which their providers are. */
export interface OpenPeople {
  readonly identity: Identity;
  readonly instance: string;
  /** Null: this server sends no mail. */
  readonly mail: Mail | null;
  readonly publicUrl: () => string;
  fetchMetadata(url: string): Promise<string>;
  reconsider(): void;
  close(): Promise<void>;
}

const METADATA_BYTES_MAX = 1024 * 1024;
const TIMEOUT_MS = 5_000;

/** Opens accounts, sessions and connections. What is asked of identity providers goes out as everything does, and follows no redirect. */
export async function openPeople(world: PeopleWorld): Promise<OpenPeople> {
  const { clock, log, options, own, ownPort, policy } = world;
  const publicUrl = (): string => baseUrl(options, ownPort());
  const instance = options.publicUrl === null ? hostname() : new URL(options.publicUrl).host;
  const breached =
    options.breachedPasswords === undefined ? null : await openBreachedPasswords(options.breachedPasswords);
  const mail = options.mail === undefined ? null : openMail(options.mail, log);
  const egress = createEgress({
    clock,
    ...(options.egressAuthorities === undefined ? {} : { authorities: options.egressAuthorities }),
    guard: {
      rules: () => policy.rules(),
      ownPorts: () => new Set([ownPort()]),
      onRefused: ({ host, rule }) =>
        log.warn({ host, rule }, "the egress policy refused an identity provider"),
    },
    allowRedirects: false,
  });
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  const oidc = createOidcClient({ clock, fetch: egressFetch(egress, TIMEOUT_MS, METADATA_BYTES_MAX) });
  const identity = await openIdentity({
    ...world,
    administration: own.store.administration,
    audit: own.audit,
    vault: own.vault,
    publicUrl,
    instance,
    breached,
    oidc,
    resolveTexts: (name) => resolver.resolveTxt(name),
    ...(options.secondFactorRoles === undefined ? {} : { secondFactorRoles: options.secondFactorRoles }),
    ...(options.passwordCost === undefined ? {} : { hashCost: options.passwordCost }),
  });
  async function fetchMetadata(url: string): Promise<string> {
    const outcome = await egress.send({
      method: "GET",
      url,
      headers: { accept: "application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1" },
      body: null,
      timeoutMs: TIMEOUT_MS,
      responseBytesMax: METADATA_BYTES_MAX,
    });
    if (outcome.kind === "answered" && outcome.status === 200) return outcome.body;
    const why = outcome.kind === "failed" ? outcome.message : `It answered ${outcome.status}.`;
    throw new HoldfastError("request_invalid", `The metadata could not be read from its address. ${why}`);
  }
  const watch = watchMetadata({ connections: identity.connections, fetchMetadata, clock, log });
  return {
    identity,
    instance,
    mail,
    publicUrl,
    fetchMetadata,
    reconsider: () => egress.reconsider(),
    async close() {
      watch.stop();
      await egress.close();
      await mail?.[Symbol.asyncDispose]();
      await breached?.[Symbol.asyncDispose]();
    },
  };
}

/** Where people reach the server: what the settings say, or where it listens. Without a slash at its end. */
function baseUrl({ host, publicUrl, tls }: ServerOptions, port: number): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, "");
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${tls === undefined ? "http" : "https"}://${name}:${port}`;
}
