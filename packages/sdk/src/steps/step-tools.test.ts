import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { ReceivedEvent } from "../events/contract.ts";
import { eventType } from "../events/event-type.ts";
import type { FunctionReference } from "../functions/contract.ts";
import type { StepContext } from "./contract.ts";
import type { StepTools } from "./step-tools.ts";

/** Whether each of two types takes the other's values, for the compiler alone. */
type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;

/** Compiles where the promise is of this type. */
function isOf<Expected>() {
  return <Actual>(promise: Promise<Actual>, isSame: Same<Actual, Expected>): unknown => [promise, isSame];
}

interface Parcel {
  readonly sum: number;
  readonly at: Date;
  readonly tags: readonly string[];
  readonly pair: readonly [number, string];
  readonly maybe?: string;
}

test("the types of steps' results are those that JSON leaves", () => {
  // Never called: what is tested is that it compiles.
  const compiles = (step: StepTools): void => {
    isOf<{ sum: number; at: string; tags: string[]; pair: [number, string]; maybe?: string | undefined }>()(
      step.run("a", (): Parcel => ({ sum: 1, at: new Date(), tags: [], pair: [1, "x"] })),
      true,
    );
    isOf<number>()(
      step.run("a", async (x, y) => x * y, 2, 3),
      true,
    );
    isOf<string>()(
      step.run("a", (word: string) => word, "x"),
      true,
    );
    isOf<null>()(
      step.run("a", async () => undefined),
      true,
    );
    isOf<boolean>()(
      step.run("a", (context: StepContext) => context.signal.aborted),
      true,
    );
    isOf<boolean>()(
      step.run("a", (_: string, { signal }) => signal.aborted, "x"),
      true,
    );
    isOf<unknown>()(
      step.run("a", (): unknown => 1),
      true,
    );
    isOf<{ id: string } | null>()(
      step.run("a", (): { id: string } | null => null),
      true,
    );
    // @ts-expect-error an argument is missing
    void step.run("a", (word: string) => word);
    // @ts-expect-error an argument has another type
    void step.run("a", (word: string) => word, 5);

    const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });
    isOf<ReceivedEvent<"order/paid", { orderId: string }> | null>()(
      step.waitForEvent("w", { event: paid, timeout: "1h" }),
      true,
    );
    isOf<ReceivedEvent<"order/lost"> | null>()(
      step.waitForEvent("w", { event: "order/lost", timeout: 5 }),
      true,
    );
    isOf<ReceivedEvent<"order/paid", { orderId: string }> | ReceivedEvent<"order/lost"> | null>()(
      step.waitForAny("w", { events: [{ event: paid }, { event: "order/lost" }], timeout: "1h" }),
      true,
    );

    const bill: FunctionReference<{ orderId: string }, { total: number; at: Date }> = { functionId: "bill" };
    isOf<{ total: number; at: string }>()(
      step.invoke("i", { function: bill, data: { orderId: "o1" } }),
      true,
    );
    // @ts-expect-error what the function takes is missing
    void step.invoke("i", { function: bill });
    // @ts-expect-error what the function takes is something else
    void step.invoke("i", { function: bill, data: { orderId: 1 } });
    const anything: FunctionReference = { functionId: "any" };
    isOf<unknown>()(step.invoke("i", { function: anything }), true);

    isOf<{ choices: string }>()(
      step.ai
        .infer("q", { model: step.ai.models.openai({ model: "m" }), body: { messages: [] } })
        .then(({ choices }) => ({ choices: String(choices.length) })),
      true,
    );
  };
  assert.equal(typeof compiles, "function");
});
