import { createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { LogVerdict, ReceivedLog, VerifyEd25519 } from "@holdfast/protocol";
import { HoldfastError, readCheckpoint, readLogs, verifyLog, wholeLog } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { nodeDigest } from "../node-digest.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { listOption, textOption } from "../text-option.ts";

const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  verifySignature(
    null,
    Buffer.from(message),
    createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
      format: "jwk",
    }),
    signature,
  );

/**
 * Verifies an exported log, or every log that a sink received, without any server. What was kept elsewhere counts for more
 * than what the file says itself. Exit code 9: one does not verify.
 */
export async function verifyAudit(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const [file = ""] = operands;
  const read = (path: string): string => {
    try {
      return readFileSync(resolve(world.cwd, path), "utf8");
    } catch (cause) {
      throw new HoldfastError("config_invalid", `Cannot read ${path}.`, { cause });
    }
  };
  const keys = listOption(options, "public-key")?.map((publicKey) => ({ publicKey })) ?? null;
  const kept = (listOption(options, "checkpoint") ?? []).map((path) => checkpointsOf(path, read(path)));
  const wanted = textOption(options, "log");
  const logs = logsOf(file, read(file)).filter(({ log }) => wanted === undefined || log === wanted);
  if (logs.length === 0)
    throw new HoldfastError(
      "config_invalid",
      wanted === undefined
        ? `Cannot verify ${file}: the file is empty.`
        : `Cannot verify ${file}: it has no log of ${wanted}.`,
    );
  const verdicts = logs.map((received) => {
    const checkpoints = kept.flatMap((of) => of(received.log, logs));
    const verdict = verifyLog(whole(file, received), { checkpoints, keys }, verifyEd25519, nodeDigest);
    return { log: received.log, ...verdict };
  });
  const [only, ...others] = verdicts;
  report.result(
    others.length === 0 ? only : verdicts,
    verdicts.flatMap((verdict, index) => [
      ...(index === 0 ? [] : [""]),
      ...verdictLines(verdict, report.style),
    ]),
  );
  return verdicts.every(({ ok }) => ok) ? EXIT.done : EXIT.problems;
}

function verdictLines(
  { checkpointSize, entryCount, fault, log, unknown }: LogVerdict & { readonly log: string },
  style: Style,
): readonly string[] {
  const name = style.bold(printable(log));
  return [
    fault === null
      ? `  ${style.green(style.done)} The log of ${name} holds: ${entryCount} entries${checkpointSize === null ? ", no checkpoint" : `, signed up to entry ${checkpointSize}`}.`
      : `  ${style.red(style.failed)} The log of ${name} does not hold: ${fault.words}.`,
    ...(unknown.length === 0 ? [] : ["", "  What this cannot tell:"]),
    ...unknown.map((sentence) => `    ${style.dim(sentence)}`),
  ];
}

/** Checkpoints that were kept elsewhere, for one of these logs: one by itself, or all that a sink received. */
function checkpointsOf(
  path: string,
  text: string,
): (log: string, all: readonly ReceivedLog[]) => readonly string[] {
  if (text.trimStart().startsWith("{")) {
    const received = logsOf(path, text);
    return (wanted) => received.find(({ log }) => log === wanted)?.checkpoints ?? [];
  }
  const { origin } = readCheckpoint(text)?.checkpoint ?? { origin: null };
  // One that is of none of them is held against each, which says what is wrong with it.
  return (wanted, all) =>
    origin === `holdfast/${wanted}` || all.every(({ log }) => origin !== `holdfast/${log}`) ? [text] : [];
}

function logsOf(file: string, text: string): readonly ReceivedLog[] {
  return reading(file, () => readLogs(text));
}

function whole(file: string, received: ReceivedLog): ReturnType<typeof wholeLog> {
  return reading(file, () => wholeLog(received));
}

function reading<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HoldfastError("config_invalid", `Cannot verify ${file}: ${error.message}`, {
      next: "Export the log anew: holdfast audit export.",
    });
  }
}
