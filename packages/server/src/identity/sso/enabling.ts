import { HoldfastError } from "@holdfast/protocol";
import type { ConnectionRecord } from "./records.ts";

const TESTED_MS = 10 * 60 * 1000;
/** Within this time somebody who came by a connection has to say that it works, or it is optional again. */
export const CONFIRM_MS = 30 * 60 * 1000;

/** What is known when a connection is to be turned on. */
export interface EnablingFacts {
  /** Who turns it on. */
  readonly by: string;
  readonly now: number;
  readonly hasEmergencyCodes: boolean;
  readonly hasVerifiedDomain: boolean;
}

/**
 * Holds a connection to what it takes to be turned on: settings and a test; to be required also that whoever does it has come in by it
 * a moment ago, a way back, and somebody of whom it is required. Pure.
 *
 * @throws HoldfastError `conflict`
 */
export function checkEnabling(
  record: ConnectionRecord,
  state: "optional" | "required" | "disabled",
  { by, hasEmergencyCodes, hasVerifiedDomain, now }: EnablingFacts,
): void {
  if (state === "disabled") return;
  const refuse = (why: string): never => {
    throw new HoldfastError("conflict", why);
  };
  if (record.kind === "saml" && record.provider === null)
    refuse("The provider's settings are missing: give its metadata first.");
  const { tested } = record;
  if (tested === null) return refuse("Nobody has signed in by it in a test yet.");
  if (state === "optional") return;
  if (tested.by !== by || now - tested.at > TESTED_MS)
    refuse("Required needs a test that you passed yourself in the last ten minutes.");
  if (!hasEmergencyCodes) refuse("Required needs codes for emergencies: make them, and keep them elsewhere.");
  if (!hasVerifiedDomain) refuse("Required needs a domain that is verified: it says whom it is required of.");
}
