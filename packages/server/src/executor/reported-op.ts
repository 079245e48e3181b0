import type { Op, OpCode, StepId, WireError } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError, parseOps } from "@holdfast/protocol";

/** An op with its payloads already in the form they are kept in: canonical JSON text. */
export interface ReportedOp {
  readonly op: OpCode;
  readonly id: StepId;
  /** What the op carries in its name (a sleep's duration hides here), or null. */
  readonly carried: string | null;
  /** What to show. */
  readonly label: string;
  /** The step's result as JSON text; `null` text when there was none. */
  readonly data: string;
  readonly error: WireError | null;
  readonly opts: Readonly<Record<string, unknown>>;
  /** Notes that came with the op, as JSON text, or null. */
  readonly metadata: string | null;
}

/**
 * Turns parsed ops into what decisions work with.
 *
 * @throws HoldfastError `json_too_deep`, `json_number_out_of_range` for payloads that cannot be kept.
 */
export function reportedOps(ops: readonly Op[]): ReportedOp[] {
  return ops.map((op) => ({
    op: op.op,
    id: op.id,
    carried: op.name ?? null,
    label: op.displayName ?? op.userland?.id ?? op.name ?? op.id,
    data: canonicalJson(op.op === "Step" ? unwrapped(op.data) : (op.data ?? null)),
    error: op.error === undefined ? null : keptError(op.error),
    opts: op.opts ?? {},
    metadata: op.metadata === undefined ? null : canonicalJson(op.metadata),
  }));
}

/**
 * The ops in a report that an app makes by itself.
 *
 * @param check told of each op as it was reported; throws for one that must not be taken
 *
 * @throws HoldfastError `op_unknown`, `op_invalid`, `json_too_deep`, `json_number_out_of_range`
 */
export function readOps(steps: unknown, check: (op: Op) => void = () => undefined): readonly ReportedOp[] {
  const ops = parseOps(steps);
  for (const op of ops) check(op);
  return reportedOps(ops);
}

/** An error in a form that can be kept: what user code attached to it is left out when it cannot be written down. */
export function keptError(error: WireError): WireError {
  try {
    canonicalJson(error);
    return error;
  } catch (fault) {
    if (!isHoldfastError(fault)) throw fault;
    return {
      name: error.name,
      message: error.message,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
      ...(error.noRetry === undefined ? {} : { noRetry: error.noRetry }),
    };
  }
}

/** The legacy `Step` op wraps its result once more. */
function unwrapped(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data ?? null;
  const keys = Object.keys(data);
  return keys.length === 1 && keys[0] === "data" ? ((data as { data?: unknown }).data ?? null) : data;
}
