import type { WireError } from "@holdfast/protocol";
import { parseWireError } from "@holdfast/protocol";
import type { Memo } from "./contract.ts";

/** What a memo says of its step. */
export type ReadMemo =
  | { readonly kind: "data"; readonly data: unknown }
  | { readonly kind: "error"; readonly error: WireError }
  /** The step is run again, with these arguments (wire-protocol 15.7). */
  | { readonly kind: "input"; readonly input: readonly unknown[] };

/**
 * Reads a memo (wire-protocol 5.4): an object of exactly `data`, `error` or `input`, with or without `type`, is that; any
 * other value is the step's result itself, as an event that was waited for is.
 */
export function readMemo(memo: Memo): ReadMemo {
  if (typeof memo !== "object" || memo === null || Array.isArray(memo))
    return { kind: "data", data: memo ?? null };
  // Neither null nor a list: an object of JSON.
  const { type: _type, ...members } = memo as Readonly<Record<string, unknown>>;
  const [name, ...others] = Object.keys(members);
  if (others.length === 0) {
    if (name === "data") return { kind: "data", data: members["data"] ?? null };
    if (name === "error") return { kind: "error", error: parseWireError(members["error"]) };
    if (name === "input" && Array.isArray(members["input"]))
      return { kind: "input", input: members["input"] };
  }
  return { kind: "data", data: memo };
}
