import type { IncomingMessage } from "node:http";
import type { Caller } from "./caller.ts";

/** Somebody who was let in at the door of the environments. */
export interface Admitted {
  readonly caller: Caller;
  /** Who asks now, of a request that goes on for long; null: nobody is let in with it any more. */
  again(): Caller | null;
}

/**
 * Requests that the door of the environments handed on, with whose they are. Known by the request itself, not by anything in it:
 * what an API finds here was let in by the door, and cannot be made up by whoever sends it.
 */
export interface HandedOn {
  set(request: IncomingMessage, admitted: Admitted): void;
  of(request: IncomingMessage): Admitted | null;
}

/** One for a whole installation. */
export function createHandedOn(): HandedOn {
  const admitted = new WeakMap<IncomingMessage, Admitted>();
  return {
    set: (request, who) => void admitted.set(request, who),
    of: (request) => admitted.get(request) ?? null,
  };
}
