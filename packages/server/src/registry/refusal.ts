import type { RegisterOutcome } from "./contract.ts";
import { quotedId } from "./identifier.ts";
import type { FaultCode } from "./options/report.ts";

/** A registration that was not taken. */
export type Refusal = RegisterOutcome & { readonly ok: false };

/** What is wrong with one function: a sentence for each fault, and the code of the first. */
export interface FunctionFault {
  readonly id: string;
  readonly code: FaultCode;
  readonly errors: readonly string[];
}

/** One fault of a function that is well by itself: `reason` goes on after its name. */
export function functionFault(slug: string, reason: string): FunctionFault {
  return { id: slug, code: "config_invalid", errors: [`Function ${quotedId(slug)}: ${reason}.`] };
}

/** So many faults are in the message; `functions` has all of them. */
const MESSAGE_FAULTS_MAX = 5;

/** The refusal of a registration as a whole. */
export function refuse(code: string, message: string): Refusal {
  return { ok: false, code, message, functions: [] };
}

/** The refusal of a registration for what is wrong with some of its functions; the code is that of the first fault. */
export function refuseFunctions(faults: readonly [FunctionFault, ...FunctionFault[]]): Refusal {
  const sentences = faults.flatMap(({ errors }) => errors);
  const more = sentences.length - MESSAGE_FAULTS_MAX;
  const ending = more > 0 ? ` And ${more} more.` : "";
  return {
    ok: false,
    code: faults[0].code,
    message: `At least one function is invalid: ${sentences.slice(0, MESSAGE_FAULTS_MAX).join(" ")}${ending}`,
    functions: faults.map(({ id, errors }) => ({ id, errors })),
  };
}
