import type { WireError } from "@holdfast/protocol";
import type { StepKind } from "../middleware/contract.ts";
import type { DraftNote, DraftOp } from "../payloads/draft-op.ts";
import type { StepContext, StepOptions } from "./contract.ts";

type Maybe<T> = T | Promise<T>;

/** Ops of steps that the server does for the app. */
type ServerOpCode = "Sleep" | "WaitForEvent" | "WaitForSignal" | "InvokeFunction" | "Gateway" | "AIGateway";

/** What every op says of its step, which a tool leaves to whoever counts steps. */
type StepFact = "id" | "userlandId" | "index" | "displayName" | "parallelMode";

type WithoutFacts<T> = T extends unknown ? Omit<T, StepFact> : never;

/** An op of a step that the server does, without what every op says of its step. */
export type ServerOp = WithoutFacts<DraftOp & { readonly op: ServerOpCode }>;

/** What a step's function may do beside returning a result. */
export interface AppStepContext extends StepContext {
  /** Keeps a note beside the step's result. */
  note(note: DraftNote): void;
}

/** A step that the app runs by itself. */
export interface AppWork {
  readonly where: "app";
  /** What `opts.type` says of it; null for an ordinary step. */
  readonly type: string | null;
  /** Whether its arguments are reported, and so may be changed when a run is repeated from it. */
  readonly reportsInput: boolean;
  run(input: readonly unknown[], context: AppStepContext): unknown;
  /** What the handler gets for the stored result, when that is not the result itself. */
  revive?(data: unknown): Maybe<unknown>;
}

/** A step that the server does. */
export interface ServerWork {
  readonly where: "server";
  /** The op to report; `input` may have been changed by middleware. */
  describe(input: readonly unknown[]): Maybe<ServerOp>;
  /** What the handler gets for what the server stored. `stepId` is hashed. */
  read(data: unknown, stepId: string): Maybe<unknown>;
  /** The error the server stored, opened where it came from an app. */
  readError(error: WireError, stepId: string): Maybe<WireError>;
}

/** A step as a tool asks for it. */
export interface StepRequest {
  readonly kind: StepKind;
  readonly options: StepOptions;
  readonly input: readonly unknown[];
  readonly work: AppWork | ServerWork;
  /** Shared by steps of which the first one counts: when it is over, the others are not asked for any more. */
  readonly contest?: { readonly isOver: boolean };
}
