import { HoldfastError } from "@holdfast/protocol";

/** What an act fails with that asks for something that cannot be: nothing of it is kept. */
export function refuse(message: string): HoldfastError {
  return new HoldfastError("store_refused", message);
}
