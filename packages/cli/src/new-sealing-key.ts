import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import { newKeyPair, newSealingKey } from "@holdfast/sealing";
import type { Invocation } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { textOption } from "./text-option.ts";
import type { World } from "./world.ts";

/** `keys sealing new`: draws a key or a pair on this machine, and shows it once. */
export async function newKey({ options, world, report }: Invocation): Promise<number> {
  const out = textOption(options, "out");
  if (options.get("pair") === true) {
    const pair = await newKeyPair();
    if (out !== undefined) writeSecret(out, pair.text(), world);
    const data = {
      keyId: pair.id,
      publicKey: pair.publicText(),
      ...secretData(out, { keyPair: pair.text() }),
    };
    report.result(data, out === undefined ? [pair.text(), pair.publicText()] : [pair.publicText()]);
    report.notice("The first half opens what the public half seals: keep it where secrets are kept.");
    return EXIT.done;
  }
  const key = newSealingKey();
  if (out !== undefined) writeSecret(out, key.text(), world);
  report.result({ keyId: key.id, ...secretData(out, { key: key.text() }) }, [
    out === undefined ? key.text() : key.id,
  ]);
  report.notice("Without this key nobody opens what it seals: keep a copy where secrets are kept.");
  return EXIT.done;
}

/** What is written to a file is not printed, too. */
function secretData(out: string | undefined, secret: Readonly<Record<string, string>>): object {
  return out === undefined ? secret : { path: out };
}

function writeSecret(path: string, text: string, { cwd }: World): void {
  try {
    writeFileSync(resolve(cwd, path), `${text}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new HoldfastError(
      isTaken ? "conflict" : "config_invalid",
      `Cannot write a key to ${path}: ${isTaken ? "the file exists, and a key is never replaced" : reasonOf(cause)}.`,
      { cause, ...(isTaken ? { next: "Name a new file, and add the key to a list by hand." } : {}) },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
