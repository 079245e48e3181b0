import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { HoldfastError } from "@holdfast/protocol";

const inflate = promisify(gunzip);

/**
 * The JSON in a request's body, whatever its content type says: apps and proxies name it in many ways.
 * Keys such as `__proto__` become plain own properties and stay inert.
 *
 * @throws HoldfastError `json_invalid` for what is not UTF-8 or not JSON, and for an empty body
 */
export function parseJson(body: unknown): unknown {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (!isUtf8(bytes)) throw new HoldfastError("json_invalid", "The body is not UTF-8 text.");
  const text = bytes.toString("utf8");
  try {
    // A byte order mark in front is no part of the text.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw new HoldfastError(
      "json_invalid",
      text.trim() === "" ? "The body is empty." : "The body is not valid JSON.",
      { cause },
    );
  }
}

/**
 * Undoes a `content-encoding` of gzip, never past `bytesMax`.
 *
 * @throws HoldfastError `body_encoding_unsupported`, `body_too_large`, `json_invalid`
 */
export async function inflated(
  body: unknown,
  encoding: string | undefined,
  bytesMax: number,
): Promise<unknown> {
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  if (encoding !== "gzip" || !Buffer.isBuffer(body)) {
    throw new HoldfastError(
      "body_encoding_unsupported",
      `The body's content-encoding "${encoding.slice(0, 40)}" is not supported.`,
    );
  }
  try {
    return await inflate(body, { maxOutputLength: bytesMax });
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new HoldfastError("body_too_large", `The body unpacks to more than ${bytesMax} bytes.`, {
        cause,
      });
    }
    throw new HoldfastError("json_invalid", "The body is not the gzip data it is said to be.", { cause });
  }
}

/** The fields of a body that must be a JSON object. */
export function parseFields(body: unknown): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HoldfastError("request_invalid", "The body must be a JSON object.");
  }
  return value as Readonly<Record<string, unknown>>;
}
