import { createHash } from "node:crypto";

export interface ArchiveLimits {
  /** Of the whole archive, in hex. */
  readonly sha256: string;
  /** How long the whole of it may take, ms. */
  readonly withinMs: number;
  readonly bytesMax: number;
}

/**
 * Downloads an archive, of which nothing is given out before its digest was held against the one that is known.
 *
 * @throws Error when it is another one, takes too long, is too large, or is not given
 */
export async function fetchArchive(
  url: string,
  { bytesMax, sha256, withinMs }: ArchiveLimits,
): Promise<Buffer> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
    const chunks: Uint8Array[] = [];
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.byteLength;
      if (size > bytesMax) throw new Error(`${url} is larger than ${bytesMax} bytes`);
      hash.update(chunk);
      chunks.push(chunk);
    }
    const digest = hash.digest("hex");
    if (digest !== sha256)
      throw new Error(`${url} is another archive than is known: its SHA-256 is ${digest}`);
    return Buffer.concat(chunks, size);
  } catch (error) {
    if (signal.aborted) throw new Error(`${url} was not here within ${withinMs} ms`, { cause: error });
    throw error;
  }
}
