import { HoldfastError } from "@holdfast/protocol";
import { domainToASCII } from "node:url";
import { getPublicSuffix } from "tldts";
import type { Clock, Random } from "#kernel";
import type { Holder } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import type { DomainRecord } from "./records.ts";

/** Looks up texts of a name in the DNS. Rejects when it cannot be asked. */
export type ResolveTexts = (name: string) => Promise<readonly (readonly string[])[]>;

export interface Domain extends DomainRecord {
  readonly domain: string;
  /** The name whose TXT record has to say `recordValue`. */
  readonly recordName: string;
  readonly recordValue: string;
}

/** Which domains are whose. What is not verified gives nobody anything. */
export interface Domains {
  list(): readonly Domain[];
  get(domain: string): DomainRecord | null;
  /** @throws HoldfastError `request_invalid`, `policy_violation`, `conflict`, `not_found` for the connection */
  claim(by: Holder, domain: string, connection: string): Promise<Domain>;
  /** Looks for the TXT record. @throws HoldfastError `not_found`, `policy_violation` when it does not say so */
  verify(by: Holder, domain: string): Promise<Domain>;
  /** Takes the word of whoever runs this server. @throws HoldfastError `not_found` */
  trust(by: Holder, domain: string): Promise<Domain>;
  remove(by: Holder, domain: string): Promise<void>;
}

const CHALLENGE_BYTES = 16;
/** What resolvers call a name without records, and one that there is not. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND"]);
/** Where anybody may have an address: whoever owned one of these would own strangers. */
const FREE_MAIL: ReadonlySet<string> = new Set(
  (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com gmx.com gmx.de gmx.net " +
    "web.de t-online.de mail.com mail.ru yandex.ru yandex.com proton.me protonmail.com pm.me tutanota.com tuta.com fastmail.com zoho.com qq.com 163.com 126.com " +
    "hey.com free.fr orange.fr wanadoo.fr laposte.net libero.it comcast.net verizon.net att.net"
  ).split(" "),
);

export function createDomains({
  clock,
  ledger,
  random,
  resolveTexts,
}: {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolveTexts: ResolveTexts;
}): Domains {
  const viewOf = (domain: string, record: DomainRecord): Domain => ({
    domain,
    ...record,
    recordName: `_holdfast-challenge.${domain}`,
    recordValue: `v1=${record.challenge}`,
  });
  function known(name: string): readonly [domain: string, DomainRecord] {
    const domain = domainToASCII(name.trim().toLowerCase());
    const record = ledger.get("sso-domain", domain);
    if (record === null) throw new HoldfastError("not_found", "Nobody has claimed this domain.");
    return [domain, record];
  }
  async function put(
    by: Holder,
    action: "domain.claimed" | "domain.verified" | "domain.removed",
    domain: string,
    value: DomainRecord | null,
    reason: string | null,
  ): Promise<void> {
    await ledger.commit(
      [{ kind: "sso-domain", id: domain, value }],
      [
        {
          action,
          authority: by.authority,
          targets: [{ type: "domain", id: domain, name: null }],
          result: "success",
          reason,
          changes: value === null ? {} : { connection: { from: null, to: value.connection } },
        },
      ],
    );
  }
  /** A name that is not there, or has no texts, says nothing; a DNS that cannot be asked is another matter. */
  async function textsOf(name: string): Promise<readonly (readonly string[])[]> {
    try {
      return await resolveTexts(name);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
      if (SAYS_NOTHING.has(code)) return [];
      throw new HoldfastError("policy_violation", `The DNS could not be asked for ${name}: ${code}.`, {
        cause: error,
        next: "See that this server reaches its resolver, then try again; or take the word of whoever runs the domain:\nholdfast sso trust-domain",
      });
    }
  }
  const verified = (by: Holder, name: string, how: "dns" | "operator"): Promise<Domain> =>
    ledger.inTurn(async () => {
      const [domain, record] = known(name);
      if (record.verifiedAt !== null) return viewOf(domain, record);
      const value = { ...record, verifiedAt: clock.now(), verifiedBy: how };
      await put(by, "domain.verified", domain, value, how);
      return viewOf(domain, value);
    });

  return {
    list: () => ledger.all("sso-domain").map(([domain, record]) => viewOf(domain, record)),
    get: (domain) => ledger.get("sso-domain", domain),
    claim: (by, name, connection) =>
      ledger.inTurn(async () => {
        const domain = domainToASCII(name.trim().toLowerCase().replace(/\.$/, ""));
        if (!/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(domain))
          throw new HoldfastError("request_invalid", "domain is no domain, such as example.com.");
        if (ledger.get("sso-connection", connection) === null)
          throw new HoldfastError("not_found", "There is no such connection.");
        if (getPublicSuffix(domain, { allowPrivateDomains: true }) === domain || FREE_MAIL.has(domain))
          throw new HoldfastError(
            "policy_violation",
            "Anybody may have an address in this domain: it is nobody's own.",
          );
        const before = ledger.get("sso-domain", domain);
        if (before !== null && before.connection !== connection)
          throw new HoldfastError("conflict", "Another connection has claimed this domain.");
        if (before !== null) return viewOf(domain, before);
        const challenge = Buffer.from(random.bytes(CHALLENGE_BYTES)).toString("hex");
        const value = { connection, challenge, claimedAt: clock.now(), verifiedAt: null, verifiedBy: null };
        await put(by, "domain.claimed", domain, value, null);
        return viewOf(domain, value);
      }),
    async verify(by, name) {
      const [domain, record] = known(name);
      const { recordName, recordValue } = viewOf(domain, record);
      const texts = await textsOf(recordName);
      if (!texts.some((parts) => parts.join("") === recordValue))
        throw new HoldfastError(
          "policy_violation",
          `The name ${recordName} has no TXT record that says so.`,
          {
            next: "Add it at whoever runs the domain's DNS, wait until it is known everywhere, then try again.",
          },
        );
      return verified(by, domain, "dns");
    },
    trust: (by, name) => verified(by, name, "operator"),
    remove: (by, name) =>
      ledger.inTurn(async () => {
        const [domain] = known(name);
        await put(by, "domain.removed", domain, null, null);
      }),
  };
}
