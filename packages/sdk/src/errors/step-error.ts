/** Marks step errors of every copy of this package in a process, since their name is another's. */
const MARK = Symbol.for("holdfast.StepError");

/**
 * What `await step.…` throws once a step has used up its attempts. It bears the name, the message and the stack of the
 * step's own error, which is its `cause`, of its own class where that is known. Not caught, it fails the function without
 * another attempt.
 */
export class StepError extends Error {
  /** Hashed. */
  readonly stepId: string;

  constructor(stepId: string, cause: Error) {
    super(cause.message, { cause });
    this.stepId = stepId;
    const hidden = { configurable: true, writable: true, enumerable: false };
    Object.defineProperties(this, {
      name: { ...hidden, value: cause.name },
      stack: { ...hidden, value: cause.stack },
      [MARK]: { ...hidden, value: true },
    });
  }
}

/** Whether an error is a step's, made by this copy of the package or by another. */
export function isStepError(error: unknown): error is StepError {
  return error instanceof StepError || (error instanceof Error && Object.hasOwn(error, MARK));
}
