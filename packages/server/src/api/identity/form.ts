import { isUtf8 } from "node:buffer";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";

/**
 * The fields of a form as a browser posts it (`application/x-www-form-urlencoded`). Of the fields that are named each may be there
 * once: who reads the first of two is not the one who acts on the last.
 *
 * @throws HoldfastError `request_invalid`
 */
export function readForm(
  { body, raw: { rawHeaders } }: FastifyRequest,
  once: readonly string[],
): URLSearchParams {
  const types = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "content-type",
  );
  if (types.length !== 1 || !/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(types[0] ?? ""))
    throw new HoldfastError("request_invalid", "A form was expected.");
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (!isUtf8(bytes)) throw new HoldfastError("request_invalid", "The form is not UTF-8 text.");
  const form = new URLSearchParams(bytes.toString("utf8"));
  for (const name of once)
    if (form.getAll(name).length > 1)
      throw new HoldfastError("request_invalid", `The form has ${name} more than once.`);
  return form;
}
