import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const ATTW = join(import.meta.dirname, "../../node_modules/@arethetypeswrong/cli/dist/index.js");

/** What publint says against a tarball, its warnings and suggestions too. */
export async function publintFindings(tarball: string): Promise<readonly string[]> {
  const bytes = readFileSync(tarball);
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  const { messages, pkg } = await publint({ pack: { tarball: copy }, strict: true });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

/** What "are the types wrong?" says against a tarball of ES modules. Null when it finds nothing. */
export function typeFindings(tarball: string): string | null {
  const words = [ATTW, tarball, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, "--no-color", "--no-emoji"], {
    encoding: "utf8",
  });
  return status === 0 ? null : `${stdout}${stderr}`.trim();
}
