import type { Op, WireError } from "@holdfast/protocol";
import type { Inspection, Payloads, PlacedValue } from "./contract.ts";
import { opValues } from "./op-values.ts";
import { refusedError } from "./plaintext-refused.ts";

/** Ops that belong to no step which could fail in their place. */
const OF_THE_RUN: ReadonlySet<Op["op"]> = new Set([
  "RunComplete",
  "SyncRunComplete",
  "DeferAdd",
  "DeferAbort",
  "DiscoveryRequest",
  "None",
] as const);

/**
 * How the answers of an app's calls are held against the environment's rules; null where anything is taken. Plaintext is
 * dropped where it is found: its step, or its run, fails for good in its place.
 */
export function inspectionOf(
  payloads: Payloads,
  app: string | null,
  output: "function-output" | "endpoint-response",
): Inspection | null {
  if (payloads.isOpen) return null;
  const admitted = (...values: readonly PlacedValue[]): WireError | null => {
    const refusal = payloads.admit(values, app);
    return refusal === null ? null : refusedError(refusal);
  };
  return {
    withholds: payloads.rules.mode === "sealed",
    output: (value) => admitted({ position: output, value }),
    error: (error) => admitted({ position: "function-error", value: error }),
    ops(ops) {
      const taken: Op[] = [];
      for (const op of ops) {
        const refused = admitted(...opValues(op, output));
        if (refused !== null && OF_THE_RUN.has(op.op)) return { refused };
        taken.push(refused === null ? op : failed(op, refused));
      }
      return taken;
    },
  };
}

/** The failure of an op's step, with nothing of the op but its names. */
function failed({ displayName, id, name, userland }: Op, error: WireError): Op {
  return {
    op: "StepFailed",
    id,
    error,
    ...(name === undefined ? {} : { name }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(userland === undefined ? {} : { userland }),
  };
}
