import type { WireError } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { PlaintextRefusal } from "./contract.ts";
import { POSITIONS } from "./judge.ts";

/** The refusal as its sender is told: it names the place, and no content. */
export function plaintextRefused({ at, position }: PlaintextRefusal): HoldfastError {
  return new HoldfastError(
    "plaintext_refused",
    `This environment accepts sealed payloads only: ${at} (${POSITIONS[position].words}) is not sealed.`,
    { details: { position, at } },
  );
}

/** The refusal as it is stored in place of what was dropped. It names the position only: names of members may be content. */
export function refusedError({ position }: PlaintextRefusal): WireError {
  return {
    name: "plaintext_refused",
    message: `This environment accepts sealed payloads only: ${POSITIONS[position].words} was not sealed, and was dropped.`,
    noRetry: true,
  };
}
