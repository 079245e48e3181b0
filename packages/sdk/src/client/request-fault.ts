import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { ApiAnswer } from "./contract.ts";

const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "unauthenticated"],
  [403, "forbidden"],
  [404, "not_found"],
  [501, "not_implemented"],
]);

/** The error of an act that the server did not take; `what` goes on after "Cannot". */
export function requestFault(what: string, { status, body }: ApiAnswer): HoldfastError {
  const error: unknown = typeof body === "object" && body !== null && "error" in body ? body.error : null;
  const said = typeof error === "string" && error !== "" ? `: ${error.slice(0, 500).replace(/\.$/, "")}` : "";
  return new HoldfastError(
    CODES.get(status) ?? "request_failed",
    `Cannot ${what}: the server answered ${status}${said}.`,
    { details: { status } },
  );
}
