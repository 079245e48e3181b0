import { HoldfastError } from "@holdfast/protocol";

/** Lengths in code points: NIST SP 800-63B-4, 3.1.1.2, and far above it. */
const CHARS = { min: 12, max: 256 } as const;

/** Loaded with the first new password: nothing else asks for it. */
let common: Promise<ReadonlySet<string>> | null = null;
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set(dictionary["passwords-common"]),
  );
  return common;
}

/**
 * Holds a new password to the rules: long enough, and nothing that is guessed first. What it is made of is its owner's
 * business (OWASP ASVS 5.0, 6.2).
 *
 * @param own texts that others know of its owner: name, address, the installation's name
 * @throws HoldfastError `policy_violation`; never quotes it
 */
export async function checkNewPassword(password: string, own: readonly string[]): Promise<void> {
  const text = normalPassword(password);
  const { length } = Array.from(text);
  if (length < CHARS.min || length > CHARS.max)
    throw new HoldfastError(
      "policy_violation",
      `A password has ${CHARS.min} to ${CHARS.max} characters, and this one has ${length}.`,
    );
  const plain = text.toLowerCase();
  if (isCommon(plain, await commonPasswords()) || isRepeated(plain))
    throw new HoldfastError("policy_violation", "This password is one of those that are tried first.");
  const known = own
    .map((word) => word.toLowerCase())
    .flatMap((word) => [word, ...word.split(/[@.\s_-]+/)])
    .filter((word) => Array.from(word).length >= 4);
  const rest = known.reduce((left, word) => left.replaceAll(word, ""), plain);
  if (Array.from(rest).length < CHARS.min - 4)
    throw new HoldfastError("policy_violation", "This password is made of what others know of you.");
}

/** A password as it is hashed: however a keyboard composes a letter, it is the same one. Pure. */
export function normalPassword(password: string): string {
  return password.normalize("NFC");
}

/** One of the list, also with digits and signs around it. */
function isCommon(text: string, listed: ReadonlySet<string>): boolean {
  const bare = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return listed.has(text) || listed.has(bare);
}

/** The same few characters over and over, or a row of the alphabet or of digits. */
function isRepeated(text: string): boolean {
  const points = Array.from(text).map((each) => each.codePointAt(0) ?? 0);
  const isRow = points.every(
    (point, index) => index === 0 || Math.abs(point - (points[index - 1] ?? 0)) <= 1,
  );
  return isRow || /^(.{1,6})\1+.{0,5}$/u.test(text);
}
