import type { AuditAct, Authority, Digest, Role } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Log, Random } from "#kernel";
import { addressRule } from "#kernel";
import type { OidcClient } from "#oidc";
import { newSpKeyPair } from "#saml";
import type { AdministrationStore } from "#store";
import type { Vault } from "#vault";
import type { Person } from "./contract.ts";
import type { Directories } from "./directory/directories.ts";
import { createDirectories } from "./directory/directories.ts";
import type { Kind, Ledger } from "./ledger.ts";
import { openLedger } from "./ledger.ts";
import { createArrivals } from "./links/arrivals.ts";
import type { Invitations } from "./links/invitations.ts";
import { createInvitations } from "./links/invitations.ts";
import { createLinks } from "./links/links.ts";
import type { Resets } from "./links/resets.ts";
import { createResets } from "./links/resets.ts";
import type { SetUp } from "./links/set-up.ts";
import { createSetUp } from "./links/set-up.ts";
import type { OwnAccount } from "./own-account/own-account.ts";
import { createOwnAccount } from "./own-account/own-account.ts";
import type { Passkeys } from "./passkeys/passkeys.ts";
import { createPasskeys } from "./passkeys/passkeys.ts";
import type { HashCost } from "./passwords/hash-password.ts";
import type { BreachedPasswords } from "./passwords/breached-passwords.ts";
import { createPasswordRule } from "./passwords/password-rule.ts";
import { createPasswords } from "./passwords/passwords.ts";
import type { People } from "./people/people.ts";
import { createPeople } from "./people/people.ts";
import { readAddress } from "./people/address.ts";
import type { SessionRecord } from "./records.ts";
import type { ServiceAccounts } from "./service-accounts/service-accounts.ts";
import { openServiceAccounts } from "./service-accounts/service-accounts.ts";
import { SIGN_IN_POLICY } from "./sessions/session-limits.ts";
import { openSessionUses } from "./sessions/session-uses.ts";
import type { Sessions } from "./sessions/sessions.ts";
import { createSessions } from "./sessions/sessions.ts";
import { createSecondFactors } from "./sign-in/second-factors.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import { createSignIn } from "./sign-in/sign-in.ts";
import type { SignInPolicy } from "./sign-in/sign-in-policy.ts";
import { createSignInPolicy } from "./sign-in/sign-in-policy.ts";
import type { AttemptBook } from "./sso/attempts.ts";
import { createAttemptBook } from "./sso/attempts.ts";
import type { Connections } from "./sso/connections.ts";
import { createConnections } from "./sso/connections.ts";
import { isEnforcedFor } from "./sso/enforced-for.ts";
import type { Domains, ResolveTexts } from "./sso/domains.ts";
import { createDomains } from "./sso/domains.ts";
import type { EmergencyCodes } from "./sso/emergency-codes.ts";
import { createEmergencyCodes } from "./sso/emergency-codes.ts";
import { connectionFor, isSessionAllowed } from "./sso/enforcement.ts";
import type { Logouts } from "./sso/logouts.ts";
import { createLogouts } from "./sso/logouts.ts";
import type { OidcSide } from "./sso/oidc-side.ts";
import { createOidcSide } from "./sso/oidc-side.ts";
import { createOwnKeyChange } from "./sso/own-keys.ts";
import type { SamlSide } from "./sso/saml-side.ts";
import { createSamlSide, isSaml } from "./sso/saml-side.ts";
import type { Sso } from "./sso/sso.ts";
import { createSso } from "./sso/sso.ts";
import { createTotpSecrets } from "./totp/totp-secrets.ts";

/** What people are and do here, by subject. */
export interface Identity {
  readonly setUp: SetUp;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly ownAccount: OwnAccount;
  readonly passkeys: Passkeys;
  readonly invitations: Invitations;
  readonly resets: Resets;
  readonly people: People;
  readonly serviceAccounts: ServiceAccounts;
  readonly policy: SignInPolicy;
  readonly connections: Connections;
  readonly domains: Domains;
  readonly emergencyCodes: EmergencyCodes;
  readonly attempts: AttemptBook;
  readonly sso: Sso;
  readonly saml: SamlSide;
  readonly oidc: OidcSide;
  /** Where a connection's directory sends what it has to say. */
  scimUrl(connection: string): string;
  /** Names a test to whoever began it. */
  newHandle(): string;
  readonly logouts: Logouts;
  readonly directories: Directories;
  /** The connection by which people with addresses like this sign in; null: by other methods. It depends on the domain alone. */
  /** Our metadata for a connection. @throws HoldfastError `not_found` */
  metadataOf(connection: string): string;
  connectionFor(email: string): { readonly id: string; readonly isRequired: boolean } | null;
}

export interface IdentityDeps {
  /** The installation's. */
  readonly administration: AdministrationStore;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
  /** Where people reach this server; known once it listens. */
  readonly publicUrl: () => string;
  /** What people call this installation. */
  readonly instance: string;
  readonly oidc: OidcClient;
  readonly resolveTexts: ResolveTexts;
  /** What a hash of a password costs; less in tests. */
  readonly hashCost?: HashCost;
  /** Roles that need a second factor until somebody decides otherwise; owners and admins when absent. */
  readonly secondFactorRoles?: readonly Role[];
  /** What new passwords are looked up in, beside the list that is always there. */
  readonly breached?: Pick<BreachedPasswords, "has"> | null;
}

const KINDS: readonly Kind[] = [
  "person",
  "credentials",
  "session",
  "link",
  "service-account",
  "service-token",
  "sign-in-policy",
  "pepper",
  "sso-connection",
  "sso-identity",
  "sso-domain",
  "sso-used",
  "emergency-codes",
  "directory-user",
  "directory-group",
  "directory-token",
];

const SYSTEM: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "configuration" },
};
const PEPPER_BYTES = 32;
const PEPPER_PLACE = { kind: "pepper", id: "pepper", field: "secret" } as const;

/** Opens everything about people. @throws HoldfastError of the store, or `secret_unreadable` */
export async function openIdentity(deps: IdentityDeps): Promise<Identity> {
  const { administration, audit, clock, digest, instance, log, publicUrl, random, vault } = deps;
  const draft = (act: AuditAct) => audit.draft(act);
  const ledger = await openLedger({ administration, draft }, KINDS);
  const pepper = await openPepper(ledger, deps);
  const facts = {
    connection: (id: string) => ledger.get("sso-connection", id),
    domain: (domain: string) => ledger.get("sso-domain", domain),
  };
  const isAllowed = (person: Person, session: Pick<SessionRecord, "connection" | "isEmergency">): boolean =>
    isSessionAllowed(person, session, facts, clock.now());

  const uses = await openSessionUses(administration, clock, (hash) => ledger.get("session", hash) !== null);
  const policy = createSignInPolicy(ledger, {
    ...SIGN_IN_POLICY,
    ...(deps.secondFactorRoles === undefined ? {} : { secondFactorRoles: deps.secondFactorRoles }),
  });
  const sessions = createSessions({ ledger, uses, policy: policy.get, clock, random, digest, isAllowed });
  const passwords = createPasswords({
    pepper,
    random,
    ...(deps.hashCost === undefined ? {} : { cost: deps.hashCost }),
  });
  const passwordRule = createPasswordRule({
    breached: deps.breached ?? null,
    surroundings: () => [
      instance,
      ...ledger.all("sso-domain").map(([domain]) => domain),
      ...(policy.get().refusedWords ?? []),
    ],
  });
  const secrets = createTotpSecrets(vault);
  const secondFactors = createSecondFactors({ ledger, secrets, clock, digest });
  const emergencyCodes = createEmergencyCodes({ ledger, clock, random, digest });
  const signIn = createSignIn({
    ledger,
    sessions,
    passwords,
    policy: policy.get,
    secondFactors,
    emergencyCodes,
    audit,
    log,
    clock,
    random,
    digest,
    isAllowed,
  });
  const links = createLinks({ ledger, clock, random, digest });
  const arrivals = createArrivals({ ledger, sessions, passwords, passwordRule, clock, random, digest });
  const connections = createConnections({
    ledger,
    sessions,
    vault,
    clock,
    random,
    ownKeys: createOwnKeyChange({
      vault,
      host: () => new URL(publicUrl()).hostname,
      newKeyPair: (commonName) => newSpKeyPair({ random, nowMs: clock.now(), commonName }),
    }),
  });
  const attempts = createAttemptBook();
  const saml = createSamlSide({ connections, clock, random, publicUrl });
  const oidc = createOidcSide({ oidc: deps.oidc, connections, clock, random, publicUrl });

  return {
    setUp: createSetUp({ ledger, links, arrivals, clock }),
    signIn,
    sessions,
    ownAccount: createOwnAccount({
      ledger,
      sessions,
      signIn,
      passwords,
      passwordRule,
      secrets,
      clock,
      random,
      digest,
      instance,
    }),
    passkeys: createPasskeys({
      ledger,
      sessions,
      audit,
      clock,
      random,
      digest,
      publicUrl,
      instance,
      isAllowed,
    }),
    invitations: createInvitations({
      ledger,
      links,
      arrivals,
      clock,
      isEnforced: (domain) => isEnforcedFor(domain, ledger, clock.now()),
    }),
    resets: createResets({ ledger, links, sessions, passwords, passwordRule, clock }),
    people: createPeople({ ledger, sessions, clock }),
    serviceAccounts: await openServiceAccounts({
      ledger,
      administration,
      clock,
      random,
      digest,
      isWithinNetworks: (address, networks) => addressRule(networks)(address),
    }),
    policy,
    connections,
    domains: createDomains({ ledger, clock, random, resolveTexts: deps.resolveTexts }),
    emergencyCodes,
    attempts,
    sso: createSso({
      ledger,
      sessions,
      connections,
      saml,
      oidc,
      attempts,
      audit,
      clock,
      random,
      digest,
      log,
      publicUrl,
    }),
    saml,
    oidc,
    directories: createDirectories({ ledger, sessions, audit, clock, random, digest }),
    scimUrl: (id) => `${publicUrl()}/scim/v2/${id}`,
    newHandle: () => Buffer.from(random.bytes(16)).toString("hex"),
    logouts: createLogouts({
      ledger,
      sessions,
      connections,
      saml,
      oidc,
      oidcClient: deps.oidc,
      audit,
      clock,
      random,
      digest,
      publicUrl,
    }),
    metadataOf(id) {
      const connection = connections.get(id);
      if (connection === null || !isSaml(connection))
        throw new HoldfastError("not_found", "There is no such connection.");
      return saml.metadata(connection);
    },
    connectionFor(email) {
      const domain = readAddress(email)?.domain;
      return domain === undefined ? null : connectionFor(domain, facts, clock.now());
    },
  };
}

/** The secret that every hash of a password is made with, sealed where hashes are not. Made at the first start. */
async function openPepper(
  ledger: Ledger,
  { random, vault }: Pick<IdentityDeps, "random" | "vault">,
): Promise<Uint8Array> {
  const known = ledger.get("pepper", "pepper");
  if (known !== null) return Buffer.from(vault.open(known.secret, PEPPER_PLACE), "hex");
  const pepper = random.bytes(PEPPER_BYTES);
  const secret = vault.seal(Buffer.from(pepper).toString("hex"), PEPPER_PLACE);
  await ledger.commit(
    [{ kind: "pepper", id: "pepper", value: { secret } }],
    [
      {
        action: "pepper.created",
        authority: SYSTEM,
        targets: [{ type: "installation", id: "installation", name: null }],
        result: "success",
        reason: null,
        changes: {},
      },
    ],
  );
  return pepper;
}
