import { HoldfastError } from "@holdfast/protocol";
import type { EventData, Middleware, PayloadPosition, PayloadStage } from "holdfast";
import type { SealingWorld } from "../platform/world.ts";
import { platformWorld } from "../platform/world.ts";
import type { CompatibleKeys } from "./compatible-keys.ts";
import { PublishedBox } from "./published-box.ts";

export interface CompatibleSealingOptions extends CompatibleKeys {
  /** The member of `data` that is sealed: `encrypted`, unless another is named. */
  readonly eventEncryptionField?: string;
  /** Opens, and writes in clear: for the time before every app can open, or after the last should seal. */
  readonly decryptOnly?: boolean;
}

/** What the published package seals: results of steps and of functions. */
const SEALED_KINDS: ReadonlySet<PayloadPosition["kind"]> = new Set(["step-output", "function-output"]);

/**
 * Middleware that reads and writes what the published encryption middleware reads and writes, for apps that share events
 * and runs with it: one member of `data`, and results. All else is in clear, and what is sealed is not held to its place.
 *
 * @throws HoldfastError `config_invalid` for an empty key.
 */
export function compatibleSealing(
  options: CompatibleSealingOptions,
  world: SealingWorld = platformWorld,
): Middleware {
  const stage = compatibleStage(options, world);
  return { id: "holdfast/compatible-sealing", payloads: () => stage };
}

/** The stage alone. */
export function compatibleStage(options: CompatibleSealingOptions, world: SealingWorld): PayloadStage {
  const { eventEncryptionField: field = "encrypted", decryptOnly = false } = options;
  if (field === "") throw new HoldfastError("config_invalid", "Cannot seal a member of data without a name.");
  const box = new PublishedBox(options, world);
  return {
    // The server may read most of what this stage lets pass, so it goes on doing what it does.
    isSealing: false,
    seal: (value, at) => (SEALED_KINDS.has(at.kind) && !decryptOnly ? box.seal(value) : value),
    open: (value, at) => box.open(value, at),
    sealData: (data) =>
      Object.hasOwn(data, field) && !decryptOnly ? { ...data, [field]: box.seal(data[field]) } : data,
    openData: (data, at) => ({ data: openMembers(box, data, at) }),
    sealError: (error) => error,
    openError: (error) => error,
    sealName: (name) => name,
  };
}

/** Data with every member at the top opened that is an envelope. */
export function openMembers(box: PublishedBox, data: EventData, at: PayloadPosition): EventData {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, box.open(value, at)]));
}
