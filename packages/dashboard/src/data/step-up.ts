import { HoldfastError } from "@holdfast/protocol";

/**
 * Some acts want a proof that is fresh. Whoever does one finds out by a refusal, is asked for the proof, and the act is done
 * again: no page has to know which acts these are.
 */
export interface StepUp {
  /** Does the act; when it is refused for want of a proof, asks for one and does it once more. */
  readonly guard: <T>(act: () => Promise<T>) => Promise<T>;
  /** Asks for a proof; whether it was given. */
  readonly ask: () => Promise<boolean>;
  /** Whether a proof is being asked for. */
  readonly isAsking: () => boolean;
  /** Answers the question: whether the proof was given. */
  readonly settle: (isProven: boolean) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Nobody wanted to prove anything: the act was not done, and that is no failure. */
export class ProofDeclined extends Error {
  override readonly name = "ProofDeclined";
}

export function createStepUp(): StepUp {
  let asked: { readonly proven: Promise<boolean>; readonly answer: (isProven: boolean) => void } | null =
    null;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  /** Acts that are refused at the same time wait for the same proof. */
  const ask = (): Promise<boolean> => {
    if (asked !== null) return asked.proven;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    asked = { proven: promise, answer: resolve };
    tell();
    return promise;
  };
  return {
    ask,
    async guard(act) {
      try {
        return await act();
      } catch (error) {
        if (!wantsProof(error)) throw error;
      }
      if (!(await ask())) throw new ProofDeclined("The proof was declined.");
      return act();
    },
    isAsking: () => asked !== null,
    settle(isProven) {
      const question = asked;
      asked = null;
      tell();
      question?.answer(isProven);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function wantsProof(error: unknown): boolean {
  return error instanceof HoldfastError && error.details["code"] === "reauthentication_required";
}
