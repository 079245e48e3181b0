/**
 * Makes `packages/server/data/common-passwords.bin`: the passwords that most people chose, of those that are long enough
 * here, each as the first bytes of its hash. Run it when the list that it is made from has a new version.
 */
import "./require-node.js";
import { writeFileSync } from "node:fs";
import { packHashes } from "../packages/server/src/identity/passwords/hashed-words.ts";
import { COMMON_COUNT, COMMON_FILE, commonPasswords } from "./common-passwords/common-passwords.ts";

const bytes = packHashes(commonPasswords(COMMON_COUNT));
writeFileSync(COMMON_FILE, bytes);
console.log(`${COMMON_FILE}: ${COMMON_COUNT} passwords, ${bytes.length} bytes`);
