import { HoldfastError } from "@holdfast/protocol";

/**
 * The bytes of a web request's body, read piece by piece and given up as soon as there are too many.
 *
 * @throws HoldfastError `body_too_large`, `request_invalid` when somebody has read the body before.
 */
export async function readWebBody(
  request: Pick<Request, "body" | "bodyUsed" | "headers">,
  bytesMax: number,
): Promise<Uint8Array> {
  if (request.bodyUsed) {
    throw new HoldfastError("request_invalid", "The request's body was read before the SDK could verify it.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (request.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces, length);
    length += value.length;
    if (length > bytesMax) {
      // The rest is of no interest, and neither is how its sender takes it.
      reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    pieces.push(value);
  }
}

/** One array of many. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

export function tooLarge(bytesMax: number): HoldfastError {
  return new HoldfastError("body_too_large", `The request's body has more than ${bytesMax} bytes.`);
}
