import { HoldfastError } from "@holdfast/protocol";
import { plainValue } from "../payloads/plain-value.ts";
import type { RecordedResponse } from "./contract.ts";

/** Statuses of answers that have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Headers of one connection, or that the body has outgrown. */
const OMITTED: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/**
 * What a handler returned, as it is recorded: a `Response` by its status, headers and text, anything else as JSON.
 *
 * @throws HoldfastError `value_invalid` for a `Response` of bytes that are no text, of a network error or another endpoint's
 * switch of protocol, and for a value that is no JSON.
 */
export async function recordResponse(value: unknown): Promise<RecordedResponse> {
  if (!(value instanceof Response)) {
    const body = JSON.stringify(plainValue(value, "The endpoint's result"));
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const { status } = value;
  if (status < 200 || status > 599) throw unusable(`has the status ${status}`);
  if (value.bodyUsed) throw unusable("was read before it was returned");
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, text] of value.headers) if (!OMITTED.has(name)) headers[name] = text;
  const cookies = value.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return { status, headers, body: textOf(await value.arrayBuffer()) };
}

/** A recorded answer, to be sent. */
export function responseOf({ status, headers, body }: RecordedResponse): Response {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const each of typeof value === "string" ? [value] : value) sent.append(name, each);
  }
  return new Response(BODILESS.has(status) ? null : body, { status, headers: sent });
}

/**
 * An answer that came back from the server, and was opened: null for what is none.
 */
export function parseRecorded(value: unknown): RecordedResponse | null {
  if (typeof value !== "object" || value === null) return null;
  const { status, headers, body } = value as Partial<Record<keyof RecordedResponse, unknown>>;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) return null;
  if (typeof body !== "string" || typeof headers !== "object" || headers === null) return null;
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, each] of Object.entries(headers)) {
    if (typeof each === "string") kept[name] = each;
    else if (Array.isArray(each) && each.every((one) => typeof one === "string")) kept[name] = each;
    else return null;
  }
  return { status, headers: kept, body };
}

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unusable("has a body that is not UTF-8 text");
  }
}

function unusable(reason: string): HoldfastError {
  return new HoldfastError("value_invalid", `The endpoint's response cannot be recorded: it ${reason}.`);
}
