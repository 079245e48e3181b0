/** What every op says of its step. Both names pass the stage: they may be hidden, and nobody routes by them. */
interface StepFacts {
  /** Hashed. */
  readonly id: string;
  /** The id as its author wrote it. */
  readonly userlandId: string;
  /** Which repeat of the id this is; absent for the first. */
  readonly index?: number;
  /** What people see. */
  readonly displayName: string;
  /** Marks steps of one group, for the server's discovery (wire-protocol 8.4). */
  readonly parallelMode?: "race" | "wait";
}

/** A step that the app runs. */
interface AppStepFacts extends StepFacts {
  /** What kind of step it is, as `opts.type` says; null for an ordinary one. */
  readonly type: string | null;
  /** Its arguments, when they are reported. */
  readonly input: readonly unknown[] | null;
}

/** Notes on a step, as the server keeps them beside its result. */
export interface DraftNote {
  readonly kind: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a model is asked for, when the server asks in the app's place. */
export interface InferenceRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authKey: string;
  readonly format: string;
  readonly body: unknown;
}

/** An HTTP request that the server makes in the app's place. */
export interface GatewayRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/**
 * Something to report, with values as the app holds them. `writeOps` is the only way from here to the wire, and it writes
 * the fields it knows of each kind: whatever else an object may carry goes nowhere.
 */
export type DraftOp =
  | (AppStepFacts & { readonly op: "StepPlanned" })
  | (AppStepFacts & { readonly op: "StepRun"; readonly data: unknown; readonly notes: readonly DraftNote[] })
  | (AppStepFacts & { readonly op: "StepError" | "StepFailed"; readonly error: unknown })
  | (StepFacts & { readonly op: "Sleep"; readonly until: string })
  | (StepFacts & {
      readonly op: "WaitForEvent";
      readonly event: string;
      readonly timeout: string;
      readonly condition: string | null;
      readonly lookBack: string | null;
    })
  | (StepFacts & {
      readonly op: "WaitForSignal";
      readonly signal: string;
      readonly timeout: string;
      readonly conflict: "replace" | "fail";
    })
  | (StepFacts & {
      readonly op: "InvokeFunction";
      readonly app: string;
      readonly functionId: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly version: string | null;
      readonly meta: unknown;
      readonly timeout: string | null;
    })
  | (StepFacts & { readonly op: "Gateway"; readonly request: GatewayRequest })
  | (StepFacts & { readonly op: "AIGateway"; readonly request: InferenceRequest })
  | {
      readonly op: "DeferAdd";
      readonly id: string;
      readonly userlandId: string;
      readonly displayName: string;
      readonly app: string;
      readonly functionId: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly meta: unknown;
    }
  | {
      readonly op: "DeferAbort";
      readonly id: string;
      readonly userlandId: string;
      readonly displayName: string;
      /** Hashed id of the deferred run. */
      readonly target: string;
    }
  | { readonly op: "RunComplete"; readonly id: string; readonly data: unknown }
  | { readonly op: "DiscoveryRequest"; readonly id: string };
