import type { Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { Change, Ledger } from "../ledger.ts";
import type { LinkRecord } from "../records.ts";

type Of<Purpose extends LinkRecord["purpose"]> = LinkRecord & { readonly purpose: Purpose };

const TOKEN_BYTES = 32;
const MINUTE_MS = 60_000;
/** How long each kind of link is good. */
export const LINK_MS = {
  "set-up": 15 * MINUTE_MS,
  invitation: 72 * 60 * MINUTE_MS,
  reset: 30 * MINUTE_MS,
} as const satisfies Readonly<Record<LinkRecord["purpose"], number>>;

/** Links that work once. Their token stands behind the `#`, which no browser sends and no log has. */
export interface Links {
  /** A new one: its token, and the change that makes it good. */
  make(link: LinkRecord): { readonly token: string; readonly id: string; readonly change: Change };
  /** @throws HoldfastError `link_invalid`: unknown, used, expired and of another purpose look the same */
  find<Purpose extends LinkRecord["purpose"]>(
    token: string,
    purpose: Purpose,
  ): { readonly id: string; readonly link: Of<Purpose>; readonly used: Change };
  all<Purpose extends LinkRecord["purpose"]>(
    purpose: Purpose,
  ): readonly { readonly id: string; readonly link: Of<Purpose>; readonly removed: Change }[];
}

export function createLinks({
  clock,
  digest,
  ledger,
  random,
}: {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
}): Links {
  const isOf = <Purpose extends LinkRecord["purpose"]>(
    link: LinkRecord,
    purpose: Purpose,
  ): link is Of<Purpose> => link.purpose === purpose;
  const removal = (id: string): Change => ({ kind: "link", id, value: null });

  return {
    make(link) {
      const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
      const id = digest.sha256Hex(token);
      return { token, id, change: { kind: "link", id, value: link } };
    },
    find(token, purpose) {
      const id = digest.sha256Hex(token);
      const link = ledger.get("link", id);
      if (link === null || !isOf(link, purpose) || clock.now() >= link.expiresAt)
        throw new HoldfastError("link_invalid", "This link was used, has expired, or is not whole.");
      return { id, link, used: removal(id) };
    },
    all: (purpose) =>
      ledger
        .all("link")
        .flatMap(([id, link]) => (isOf(link, purpose) ? [{ id, link, removed: removal(id) }] : [])),
  };
}
