import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSealingKey } from "@holdfast/sealing";
import type { NodeBinary } from "../../scripts/packing/entries.ts";
import { installPacked } from "../../scripts/packing/install-packed.ts";
import type { PackedPackage } from "../../scripts/packing/pack-package.ts";
import type { ServerPlace } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** A program as a user writes it. It says where it listens, sends an event for each line it is given, and says the result. */
const PROGRAM = `
import { createInterface } from "node:readline";
import { environmentKeys, sealing } from "@holdfast/sealing";
import { Holdfast, NonRetriableError } from "holdfast";
import { createServer } from "holdfast/node";

const client = new Holdfast({
  id: "packed",
  middleware: [sealing({ keys: environmentKeys(), environment: "packed" })],
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
});
const greet = client.createFunction({ id: "greet", triggers: { event: "packed/greet" } }, async ({ event, step }) => {
  const text = await step.run("write", () => "hello " + event.data.name);
  await step.sleep("rest", "1s");
  const error = await step
    .run("fail", () => { throw new NonRetriableError("as agreed"); })
    .catch((thrown) => thrown);
  await step.run("say", () => console.log("said " + text + ", " + error.name + ": " + error.message));
});
const server = createServer({ client, functions: [greet] });
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
for await (const name of createInterface({ input: process.stdin })) await client.send({ name: "packed/greet", data: { name } });
process.exit(0);
`;

/** An app of the packed packages, in a process of its own. */
export interface PackedApp extends AsyncDisposable {
  readonly port: number;
  send(name: string): void;
  /** Resolves once it has printed such a line. */
  prints(words: RegExp): Promise<RegExpExecArray>;
}

/** Installs packages into an empty folder and runs an app there. */
export async function startPackedApp(
  packages: readonly PackedPackage[],
  node: NodeBinary,
  server: ServerPlace,
  workFolder: string,
): Promise<PackedApp> {
  const folder = mkdtempSync(join(workFolder, "app-"));
  installPacked(
    packages.map(({ tarball }) => tarball),
    folder,
  );
  writeFileSync(join(folder, "app.js"), PROGRAM);
  const child = spawn(node.path, ["app.js"], {
    cwd: folder,
    env: {
      HOLDFAST_BASE_URL: server.url,
      HOLDFAST_EVENT_KEY: server.eventKey,
      HOLDFAST_SIGNING_KEY: server.signingKey ?? "",
      HOLDFAST_SEALING_KEYS: newSealingKey().text(),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = once(child, "exit");
  const prints = (words: RegExp): Promise<RegExpExecArray> =>
    until(`the app prints ${words}`, () => words.exec(output), { facts: () => output });
  const [, port = ""] = await prints(/^port (\d+)$/m);
  return {
    port: Number(port),
    send: (name) => void child.stdin.write(`${name}\n`),
    prints,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
