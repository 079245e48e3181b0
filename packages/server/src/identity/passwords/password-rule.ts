import { readFile } from "node:fs/promises";
import { HoldfastError } from "@holdfast/protocol";
import type { BreachedPasswords } from "./breached-passwords.ts";
import { hasHash } from "./hashed-words.ts";

/** Lengths in code points: NIST SP 800-63B-4, 3.1.1.2, and far above it. */
const CHARS = { min: 12, max: 256 } as const;
/** Words shorter than this are in too many others. */
const WORD_CHARS_MIN = 4;

const COMMON_FILE = new URL("../../../data/common-passwords.bin", import.meta.url);

/** What new passwords are held to. */
export interface PasswordRule {
  /**
   * @param own texts that others know of its owner: name, address
   * @throws HoldfastError `policy_violation`; never quotes it
   */
  check(password: string, own: readonly string[]): Promise<void>;
}

export interface PasswordRuleDeps {
  /** Words that everybody here knows: of the organisation, its domains, this installation. */
  readonly surroundings: () => readonly string[];
  /** Null: none was given. */
  readonly breached: Pick<BreachedPasswords, "has"> | null;
}

/**
 * Holds new passwords to the rules: long enough, and nothing that is guessed first. What one is made of is its owner's
 * business (OWASP ASVS 5.0, 6.2).
 */
export function createPasswordRule({ breached, surroundings }: PasswordRuleDeps): PasswordRule {
  return {
    async check(password, own) {
      const text = normalPassword(password);
      const { length } = Array.from(text);
      if (length < CHARS.min || length > CHARS.max)
        throw new HoldfastError(
          "policy_violation",
          `A password has ${CHARS.min} to ${CHARS.max} characters, and this one has ${length}.`,
        );
      const plain = text.toLowerCase();
      if (isCommon(plain, await commonWords()) || isRepeated(plain))
        throw new HoldfastError("policy_violation", "This password is one of those that are tried first.");
      if (isMadeOf(plain, own))
        throw new HoldfastError("policy_violation", "This password is made of what others know of you.");
      if (isMadeOf(plain, [...own, ...surroundings()]))
        throw new HoldfastError(
          "policy_violation",
          "This password is made of words that everybody here knows.",
        );
      if (breached !== null && (await breached.has(text)))
        throw new HoldfastError(
          "policy_violation",
          "This password was stolen from another service, and is on the lists that are tried.",
        );
    },
  };
}

/** A password as it is hashed: however a keyboard composes a letter, it is the same one. Pure. */
export function normalPassword(password: string): string {
  return password.normalize("NFC");
}

/** Words and rows of hashes that are loaded with the first new password: nothing else asks for them. */
interface CommonWords {
  /** Of any length: what is put before or behind them makes no other password. */
  readonly short: ReadonlySet<string>;
  /** The commonest of those that are long enough, as `scripts/common-passwords.ts` packs them. */
  readonly long: Buffer;
}

let common: Promise<CommonWords> | null = null;
function commonWords(): Promise<CommonWords> {
  common ??= (async () => {
    const { dictionary } = await import("@zxcvbn-ts/language-common");
    return { short: new Set(dictionary["passwords-common"]), long: await readFile(COMMON_FILE) };
  })();
  return common;
}

/** One of the lists, also with digits and signs around it. */
function isCommon(text: string, { long, short }: CommonWords): boolean {
  const bare = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return [text, bare].some((each) => short.has(each) || hasHash(long, each));
}

/** Whether little is left of a password without some words and the parts of them. */
function isMadeOf(text: string, words: readonly string[]): boolean {
  const known = words
    .map((word) => word.toLowerCase())
    .flatMap((word) => [word, ...word.split(/[@.\s_-]+/)])
    .filter((word) => Array.from(word).length >= WORD_CHARS_MIN)
    // A part that goes first leaves the rest of the whole.
    .toSorted((left, right) => right.length - left.length);
  const rest = known.reduce((left, word) => left.replaceAll(word, ""), text);
  return Array.from(rest).length < CHARS.min - WORD_CHARS_MIN;
}

/** The same few characters over and over, or a row of the alphabet or of digits. */
function isRepeated(text: string): boolean {
  const points = Array.from(text).map((each) => each.codePointAt(0) ?? 0);
  const isRow = points.every(
    (point, index) => index === 0 || Math.abs(point - (points[index - 1] ?? 0)) <= 1,
  );
  return isRow || /^(.{1,6})\1+.{0,5}$/u.test(text);
}
