import { argon2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "#kernel";
import { normalPassword } from "./password-rule.ts";

const derive = promisify(argon2);

/** How much work a guess costs (RFC 9106; OWASP's second recommendation and more). Memory in KiB. */
export interface HashCost {
  readonly memory: number;
  readonly passes: number;
}

export const HASH_COST: HashCost = { memory: 64 * 1024, passes: 3 };

const TAG_BYTES = 32;
const SALT_BYTES = 16;

/**
 * A password as it is stored: PHC string of argon2id, version 1.3, one lane, with a pepper that is not where the hashes are.
 *
 * @param pepper 32 secret bytes of the installation, argon2's own secret parameter
 */
export async function hashPassword(
  password: string,
  {
    cost = HASH_COST,
    pepper,
    random,
  }: { readonly cost?: HashCost; readonly pepper: Uint8Array; readonly random: Random },
): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const tag = await tagOf(password, salt, cost, pepper);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Whether a password is the one that was hashed. What is no hash of ours matches nothing. */
export async function isPassword(password: string, hash: string, pepper: Uint8Array): Promise<boolean> {
  const parts = partsOf(hash);
  if (parts === null) return false;
  const tag = await tagOf(password, parts.salt, parts.cost, pepper);
  return tag.length === parts.tag.length && timingSafeEqual(tag, parts.tag);
}

/** Whether a hash costs less to guess than a new one would. Pure. */
export function isOutdated(hash: string, cost: HashCost = HASH_COST): boolean {
  const parts = partsOf(hash);
  return parts === null || parts.cost.memory < cost.memory || parts.cost.passes < cost.passes;
}

function tagOf(
  password: string,
  salt: Uint8Array,
  { memory, passes }: HashCost,
  pepper: Uint8Array,
): Promise<Buffer> {
  return derive("argon2id", {
    message: normalPassword(password),
    nonce: salt,
    secret: pepper,
    parallelism: 1,
    tagLength: TAG_BYTES,
    memory,
    passes,
  });
}

function partsOf(
  hash: string,
): { readonly cost: HashCost; readonly salt: Buffer; readonly tag: Buffer } | null {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(hash);
  if (match === null) return null;
  const [, memory, passes, salt = "", tag = ""] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
