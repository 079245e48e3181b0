import { environmentKeys, sealing } from "@holdfast/sealing";
import { Holdfast } from "holdfast";

/**
 * The clinic's app. Keys and the server's address come from the environment; the sealing key (`HOLDFAST_SEALING_KEYS`) is
 * the clinic's alone. `ward` stays in clear: referrals are limited by ward, and the server does the limiting.
 */
export const client = new Holdfast({
  id: "clinic",
  middleware: [sealing({ keys: environmentKeys(), environment: "production", clear: ["ward"] })],
});
