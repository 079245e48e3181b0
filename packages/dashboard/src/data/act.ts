import { useMutation } from "@tanstack/react-query";
import type { Client } from "@holdfast/client";
import type { Failure } from "../text/failure.ts";
import { failureOf } from "../text/failure.ts";
import { useServices } from "./services.ts";
import { ProofDeclined } from "./step-up.ts";

/** Something that a page can do. */
export interface Act<Input, Output> {
  /** Does it; what goes wrong stands in `failure`. */
  readonly run: (input: Input) => void;
  readonly isBusy: boolean;
  readonly failure: Failure | null;
  readonly result: Output | undefined;
  readonly reset: () => void;
}

export interface ActOptions<Input, Output> {
  /** First words of the keys of what is to be read anew afterwards. */
  readonly changes?: readonly string[];
  /** What is said in a corner when it is done. */
  readonly said?: string;
  readonly onDone?: (output: Output, input: Input) => void;
  /** It was not done: it failed, or the proof that it wants was declined. */
  readonly onUndone?: (input: Input) => void;
}

/** An act of a page: it is done once, asks for a fresh proof where one is wanted, and reads anew what it changed. */
export function useAct<Input, Output>(
  act: (client: Client, input: Input) => Promise<Output>,
  { changes = [], onDone, onUndone, said }: ActOptions<Input, Output> = {},
): Act<Input, Output> {
  const { client, queries, stepUp, toasts } = useServices();
  const mutation = useMutation<Output, Error, Input>({
    mutationFn: (input) => stepUp.guard(() => act(client, input)),
    async onSuccess(output, input) {
      await Promise.all(changes.map((key) => queries.invalidateQueries({ queryKey: [key] })));
      if (said !== undefined) toasts.say(said);
      onDone?.(output, input);
    },
    onError: (_error, input) => onUndone?.(input),
  });
  const { data, error, isPending, mutate, reset } = mutation;
  return {
    run: (input) => mutate(input),
    isBusy: isPending,
    failure: error === null || error instanceof ProofDeclined ? null : failureOf(error),
    result: data,
    reset,
  };
}
