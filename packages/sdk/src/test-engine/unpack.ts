/** Formats that say so in their first bytes; `deflate` is zlib's, whose second byte makes the first two a multiple of 31. */
function formatOf([first = 0, second = 0]: Uint8Array): "gzip" | "deflate" | null {
  if (first === 0x1f && second === 0x8b) return "gzip";
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 ? "deflate" : null;
}

/** A body as text, unpacked when it is compressed with gzip or deflate. Bytes that are no text stay what they look like. */
export async function unpack(body: Uint8Array): Promise<string> {
  const format = formatOf(body);
  const plain = new TextDecoder().decode(body);
  if (format === null) return plain;
  try {
    // A copy: the stream takes bytes of an ordinary buffer.
    const packed = new Blob([Uint8Array.from(body)]).stream();
    return await new Response(packed.pipeThrough(new DecompressionStream(format))).text();
  } catch {
    // It only looked like it.
    return plain;
  }
}
