import type { PayloadStage } from "./contract.ts";

/** A value could not be sealed or opened. What went wrong is the cause, for the app's own log; none of it travels. */
export class PayloadFailure extends Error {
  override readonly name = "PayloadFailure";
  /** Whether another attempt can only end the same way. */
  readonly noRetry: boolean;

  constructor(cause: unknown) {
    super("A value could not be sealed or opened by the app; the app's log says why.", { cause });
    this.noRetry =
      typeof cause === "object" && cause !== null && "noRetry" in cause && cause.noRetry === true;
  }
}

/** The stage, with everything it throws marked: whoever catches it knows that it must end the attempt. */
export function guardedStage(stage: PayloadStage): PayloadStage {
  return {
    isSealing: stage.isSealing,
    seal: async (value, at) => guarded(async () => stage.seal(value, at)),
    open: async (value, at) => guarded(async () => stage.open(value, at)),
    sealData: async (data, at, replyTo) => guarded(async () => stage.sealData(data, at, replyTo)),
    openData: async (data, at) => guarded(async () => stage.openData(data, at)),
    sealError: async (error, at) => guarded(async () => stage.sealError(error, at)),
    openError: async (error, at) => guarded(async () => stage.openError(error, at)),
    sealName(name, at) {
      try {
        return stage.sealName(name, at);
      } catch (error) {
        throw new PayloadFailure(error);
      }
    },
  };
}

async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PayloadFailure ? error : new PayloadFailure(error);
  }
}
