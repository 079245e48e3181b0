import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { HoldfastError } from "@holdfast/protocol";

/** Passwords that were stolen somewhere and are public since. */
export interface BreachedPasswords extends AsyncDisposable {
  /** Reads the file a few dozen times at most, however large it is. */
  has(password: string): Promise<boolean>;
}

const HASH_CHARS = 40;
/** A hash, a colon, a count, and the end of the line. */
const LINE_CHARS_MAX = 64;
const LINE = /^([\dA-F]{40})(?::\d{1,15})?$/i;
/** What is read at once when a line is close. */
const BLOCK_BYTES = 4096;
/** Places of the file that are looked at when it is opened. */
const SAMPLES = 64;

/**
 * Opens a file of the SHA-1 hashes of passwords, one a line and in order, a count behind each or not, as Have I Been Pwned
 * gives it out. It stays open: what is opened at the start is not missing later. Nothing of a password leaves the machine.
 *
 * @throws HoldfastError `config_invalid`: it cannot be read, has other lines, or is in another order
 */
export async function openBreachedPasswords(path: string): Promise<BreachedPasswords> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new HoldfastError("config_invalid", `Cannot read ${path}, the list of breached passwords.`, {
      cause,
    });
  });
  try {
    const { size } = await file.stat();
    const list = new SortedHashes(file, size);
    await list.check(path);
    return {
      // A name in a public list, and no proof of anything: what it is made of, that list decided.
      has: (password) => list.has(createHash("sha1").update(password).digest("hex").toUpperCase()),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Lines of different lengths, in order of the hash that each begins with. */
class SortedHashes {
  readonly #file: FileHandle;
  readonly #size: number;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  async has(hash: string): Promise<boolean> {
    // Its line begins at `low` or later, and before `high`.
    let low = 0;
    let high = this.#size;
    while (high - low > BLOCK_BYTES) {
      const middle = low + Math.floor((high - low) / 2);
      const next = await this.#lineAfter(middle);
      if (next === null || next.hash > hash) high = middle + 1;
      else if (next.hash === hash) return true;
      else low = next.begin;
    }
    const block = await this.#read(low, high - low + LINE_CHARS_MAX);
    return block.split("\n").some((line) => line.slice(0, HASH_CHARS).toUpperCase() === hash);
  }

  /** Looks at lines all over the file. @throws HoldfastError `config_invalid` */
  async check(path: string): Promise<void> {
    const lines = (await this.#read(0, BLOCK_BYTES)).split("\n");
    // What follows the last end of a line is nothing, or cut off where the block ends.
    if (lines.at(-1) === "" || this.#size > BLOCK_BYTES) lines.pop();
    const hashes = lines.map((line) => LINE.exec(line.trimEnd())?.[1]?.toUpperCase() ?? null);
    for (let sample = 1; sample < SAMPLES; sample += 1) {
      const place = Math.floor((this.#size / SAMPLES) * sample);
      const next = place < BLOCK_BYTES ? null : await this.#lineAfter(place);
      if (next !== null) hashes.push(next.isSound ? next.hash : null);
    }
    const isSorted = hashes.every(
      (hash, index) => hash !== null && (index === 0 || (hashes[index - 1] ?? "") <= hash),
    );
    if (hashes.length > 0 && isSorted) return;
    throw new HoldfastError(
      "config_invalid",
      `Cannot use ${path} as the list of breached passwords: its lines must be SHA-1 hashes in hexadecimal, in order.`,
      { next: "Download the list ordered by hash, of SHA-1 and not of NTLM, as one file." },
    );
  }

  /** The first line that begins after a place; null when there is none. */
  async #lineAfter(
    place: number,
  ): Promise<{ readonly begin: number; readonly hash: string; readonly isSound: boolean } | null> {
    const text = await this.#read(place, 2 * LINE_CHARS_MAX);
    const isLast = place + text.length === this.#size;
    const begin = text.indexOf("\n") + 1;
    const [line = "", ...rest] = text.slice(begin).split("\n");
    if (isLast && (begin === 0 || line === "")) return null;
    const isSound = begin > 0 && (rest.length > 0 || isLast) && LINE.test(line.trimEnd());
    return { begin: place + begin, hash: line.slice(0, HASH_CHARS).toUpperCase(), isSound };
  }

  /** Every byte of such a file is one character. */
  async #read(from: number, bytes: number): Promise<string> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(bytes), 0, bytes, from);
    return buffer.toString("latin1", 0, bytesRead);
  }
}
