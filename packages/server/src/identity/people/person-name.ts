import { HoldfastError } from "@holdfast/protocol";

const CHARS_MAX = 100;

/**
 * A person's name, as it is shown in lists and logs: one line, nothing that changes how what follows is read (controls, and
 * marks of direction).
 *
 * @throws HoldfastError `request_invalid`
 */
export function readPersonName(text: string): string {
  const name = text.normalize("NFC").trim();
  const { length } = Array.from(name);
  if (length >= 1 && length <= CHARS_MAX && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw new HoldfastError(
    "request_invalid",
    `name must be 1 to ${CHARS_MAX} characters on one line, without control characters.`,
  );
}
