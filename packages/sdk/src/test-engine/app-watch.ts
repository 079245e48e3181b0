import type { EventPayload, ReceivedEvent } from "../events/contract.ts";
import type { Middleware } from "../middleware/contract.ts";
import type { StepMocks } from "./step-mocks.ts";

/** How something ended, as the app has it: in the clear. */
export type Seen =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown };

/** Sees what happens in the app, by hooks that stand innermost among the client's. */
export class AppWatch {
  readonly #mocks: StepMocks;
  readonly #sent: { readonly events: readonly EventPayload[]; ids: readonly string[] }[] = [];
  /** Ids of events that the test sent, not the app. */
  readonly #notByApp = new Set<string>();
  readonly #names = new Map<string, string>();
  readonly #steps = new Map<string, Seen>();
  readonly #ends = new Map<string, Seen>();
  readonly #events = new Map<string, ReceivedEvent>();

  constructor(mocks: StepMocks) {
    this.#mocks = mocks;
  }

  /** What the author called a step; the hashed id where the app never came upon it. */
  nameOf(hashedId: string): string {
    return this.#names.get(hashedId) ?? hashedId;
  }

  /** What a step came to, as the function was given it; undefined where it never was. */
  stepOf(runId: string, hashedId: string): Seen | undefined {
    return this.#steps.get(keyOf(runId, hashedId));
  }

  /** What the function of a run came to. */
  endOf(runId: string): Seen | undefined {
    return this.#ends.get(runId);
  }

  /** What started a run, as its function was given it. */
  eventOf(runId: string): ReceivedEvent | undefined {
    return this.#events.get(runId);
  }

  notByApp(ids: readonly string[]): void {
    for (const id of ids) this.#notByApp.add(id);
  }

  get sent(): readonly EventPayload[] {
    return this.#sent.flatMap(({ events, ids }) =>
      ids.some((id) => this.#notByApp.has(id)) ? [] : [...events],
    );
  }

  /** The hooks. */
  middleware(): Middleware {
    return {
      id: "holdfast/test-engine",
      onRunComplete: (info, output) => void this.#ends.set(info.runId, { kind: "value", value: output }),
      onRunError: (info, { error }) => void this.#ends.set(info.runId, { kind: "error", error }),
      wrapStep: async (info, next) => {
        this.#names.set(info.hashedId, info.stepId);
        this.#events.set(info.runId, info.event);
        const key = keyOf(info.runId, info.hashedId);
        try {
          const value = await next();
          this.#steps.set(key, { kind: "value", value });
          return value;
        } catch (error) {
          this.#steps.set(key, { kind: "error", error });
          throw error;
        }
      },
      wrapStepHandler: (info, next) => this.#mocks.run(info, next),
      wrapSendEvent: async (events, next) => {
        const entry = { events, ids: [] as readonly string[] };
        this.#sent.push(entry);
        const result = await next();
        entry.ids = idsIn(result);
        return result;
      },
    };
  }
}

/** The ids in what a send comes to: a list of them, or an object with one. */
function idsIn(result: unknown): readonly string[] {
  const list: unknown =
    typeof result === "object" && result !== null && "ids" in result ? result.ids : result;
  return Array.isArray(list) ? list.filter((id) => typeof id === "string") : [];
}

function keyOf(runId: string, hashedId: string): string {
  return `${runId}/${hashedId}`;
}
