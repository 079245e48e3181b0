import { createPublicKey, hash, verify as verifySignature } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AuditRowInfo } from "@holdfast/client";
import type { Digest, VerifyEd25519 } from "@holdfast/protocol";
import { HoldfastError, readExport, verifyLog } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { countOption, listOption, textOption } from "../text-option.ts";

/** Of an environment when one is named, otherwise the installation's. */
function logOf({ options, world }: Invocation): string | null {
  return textOption(options, "env") ?? world.env["HOLDFAST_ENV"] ?? null;
}

/** Lists the newest entries of a log. */
export async function listAudit(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const query = [
    ["limit", String(countOption(options, "limit") ?? 20)],
    ["action", textOption(options, "action")],
    ["actor", textOption(options, "actor")],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);
  const rows = await connectAsOperator(invocation).auditRows(logOf(invocation), Object.fromEntries(query));
  report.result(
    rows,
    rows.map((row) => rowLine(row, report.style)),
  );
  return EXIT.done;
}

function rowLine({ entry, openings, seq }: AuditRowInfo, style: Style): string {
  const { action, actor, at, reason, result, targets } = entry;
  const name = actor.name_commitment === null ? null : (openings?.[actor.name_commitment]?.name ?? null);
  const who = name === null ? `${actor.type} ${actor.id}` : `${name} (${actor.id})`;
  const what = targets.map(({ id }) => printable(id)).join(", ");
  const mark = result === "success" ? style.green(style.done) : style.red(style.failed);
  return `  ${mark} ${String(seq).padStart(6)}  ${style.dim(at)}  ${style.bold(action)}  ${what}  ${style.dim(printable(who))}${reason === null ? "" : `  ${printable(reason)}`}`;
}

/** Writes a log to a file, or to stdout. */
export async function exportAudit(invocation: Invocation): Promise<number> {
  const { operands, report, world } = invocation;
  const [file] = operands;
  const lines = Readable.from(await connectAsOperator(invocation).exportAudit(logOf(invocation)));
  if (file === undefined) {
    for await (const chunk of lines) world.stdout.write(Buffer.from(chunk as Uint8Array).toString("utf8"));
    return EXIT.done;
  }
  const path = resolve(world.cwd, file);
  await pipeline(lines, createWriteStream(path, { mode: 0o600 }));
  report.result({ path }, [
    `  ${report.style.green(report.style.done)} Written to ${path}. Verify it with: holdfast audit verify ${file}`,
  ]);
  return EXIT.done;
}

const digest: Digest = {
  sha256Hex: (data) => hash("sha256", data, "hex"),
  // A log is verified by hashes and signatures alone.
  hmacSha256Hex: () => "",
  equal: (left, right) => left === right,
};

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
 * Verifies an exported log, without any server. What was kept elsewhere counts for more than what the file says itself.
 * Exit code 9: it does not verify.
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
  const checkpoints = (listOption(options, "checkpoint") ?? []).map(read);
  const keys = listOption(options, "public-key")?.map((publicKey) => ({ publicKey })) ?? null;
  let log: ReturnType<typeof readExport>;
  try {
    log = readExport(read(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HoldfastError("config_invalid", `Cannot verify ${file}: ${error.message}`, {
      next: "Export the log anew: holdfast audit export.",
    });
  }
  const verdict = verifyLog(log, { checkpoints, keys }, verifyEd25519, digest);
  const { style } = report;
  const { checkpointSize, entryCount, fault, unknown } = verdict;
  report.result(verdict, [
    fault === null
      ? `  ${style.green(style.done)} The log of ${style.bold(printable(log.header.log))} holds: ${entryCount} entries${checkpointSize === null ? ", no checkpoint" : `, signed up to entry ${checkpointSize}`}.`
      : `  ${style.red(style.failed)} The log of ${style.bold(printable(log.header.log))} does not hold: ${fault.words}.`,
    ...(unknown.length === 0 ? [] : ["", "  What this cannot tell:"]),
    ...unknown.map((sentence) => `    ${style.dim(sentence)}`),
  ]);
  return fault === null ? EXIT.done : EXIT.problems;
}
