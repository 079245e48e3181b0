import type { Ledger } from "../ledger.ts";
import { connectionFor } from "./enforcement.ts";

/** Whether this domain's people sign in by single sign-on alone. */
export function isEnforcedFor(domain: string, ledger: Ledger, now: number): boolean {
  return (
    connectionFor(
      domain,
      {
        connection: (id) => ledger.get("sso-connection", id),
        domain: (each) => ledger.get("sso-domain", each),
      },
      now,
    )?.isRequired === true
  );
}
