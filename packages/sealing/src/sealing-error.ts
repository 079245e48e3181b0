import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { PayloadPosition } from "holdfast";

/** The codes with which sealing and opening fail; docs/reference/errors.md says what each means. */
export type SealingErrorCode = Extract<ErrorCode, `seal_${string}`>;

/**
 * A value could not be sealed or opened. It names the code, where the value stands and which key it asks for, and holds
 * nothing of what is sealed: it may be logged and may travel.
 */
export class SealingError extends HoldfastError {
  declare readonly code: SealingErrorCode;
  /** Whether another attempt can only end the same way; the SDK then ends the run. */
  readonly noRetry: boolean;
  readonly position: PayloadPosition | null;
  readonly keyId: string | null;

  constructor(
    code: SealingErrorCode,
    message: string,
    at: {
      readonly position?: PayloadPosition | null;
      readonly keyId?: string | null;
      readonly next?: string;
    } = {},
    details: Readonly<Record<string, unknown>> = {},
  ) {
    const position = at.position ?? null;
    const keyId = at.keyId ?? null;
    super(code, message, {
      details: {
        ...(position === null ? {} : { position }),
        ...(keyId === null ? {} : { keyId }),
        ...details,
      },
      ...(at.next === undefined ? {} : { next: at.next }),
    });
    this.noRetry = !this.retriable;
    this.position = position;
    this.keyId = keyId;
  }
}

/** The place of a value in words: `step-output of step 6bcd… in run 01J…`. */
export function placeText(at: PayloadPosition): string {
  const parts = [
    at.kind,
    ...(at.name === undefined ? [] : [`"${at.name}"`]),
    ...(at.index === undefined ? [] : [`number ${at.index}`]),
    ...(at.stepId === undefined ? [] : [`of step ${at.stepId}`]),
    ...(at.functionId === undefined ? [] : [`in function ${at.functionId}`]),
    ...(at.runId === undefined ? [] : [`in run ${at.runId}`]),
  ];
  return parts.join(" ");
}
