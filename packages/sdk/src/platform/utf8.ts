const encoder = new TextEncoder();

/** Text as its UTF-8 bytes; bytes as they are. */
export function utf8(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : data;
}
