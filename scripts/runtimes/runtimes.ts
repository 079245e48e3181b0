import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { NodeBinary } from "../packing/entries.ts";
import type { Engines } from "./engines.ts";
import { plainProgram, singleFile } from "./programs.ts";
import { workerConfig } from "./worker-config.ts";

/** A runtime that can run the app. */
export interface Runtime {
  /** Part of the app's name on the server. */
  readonly id: string;
  /** For people, with the version. */
  readonly name: string;
  /** Where the app's way in is: `holdfast/fetch`. */
  readonly adapter: string;
  /** Prepares the app in a folder where the packages are installed, and says what starts it. */
  prepare(
    folder: string,
    port: number,
    variables: readonly string[],
  ): Promise<{ readonly command: string; readonly args: readonly string[] }>;
}

const PROGRAMS = join(import.meta.dirname, "programs");

/** Every runtime on which the app is tried. */
export function allRuntimes(nodes: readonly NodeBinary[], engines: Engines): readonly Runtime[] {
  const onNode = ({ path, version }: NodeBinary): Runtime => ({
    id: `node-${version.slice(1, version.indexOf("."))}`,
    name: `Node ${version.slice(1)}`,
    adapter: "holdfast/node",
    prepare: async (folder) => ({
      command: path,
      args: [await plainProgram(join(PROGRAMS, "on-node.ts"), folder)],
    }),
  });
  const bun: Runtime = {
    id: "bun",
    name: `Bun ${versionOf(engines.bun)}`,
    adapter: "holdfast/fetch",
    prepare: async (folder) => ({
      command: engines.bun,
      args: ["run", "--no-install", await plainProgram(join(PROGRAMS, "on-bun.ts"), folder)],
    }),
  };
  const deno: Runtime = {
    id: "deno",
    name: `Deno ${versionOf(engines.deno)}`,
    adapter: "holdfast/fetch",
    prepare: async (folder) => ({
      command: engines.deno,
      args: [
        "run",
        "--no-prompt",
        "--no-remote",
        "--node-modules-dir=manual",
        "--allow-env",
        "--allow-net=127.0.0.1",
        await plainProgram(join(PROGRAMS, "on-deno.ts"), folder),
      ],
    }),
  };
  const workerd = (likeNode: boolean): Runtime => ({
    id: likeNode ? "workerd" : "workerd-bare",
    name: `workerd ${versionOf(engines.workerd)}${likeNode ? "" : ", `no_nodejs_compat`"}`,
    adapter: "holdfast/cloudflare",
    prepare: async (folder, port, variables) => {
      const program = await plainProgram(join(PROGRAMS, "on-workerd.ts"), folder);
      const module = basename(await singleFile(program, folder));
      const config = join(folder, "worker.capnp");
      writeFileSync(config, workerConfig({ module, port, variables, likeNode }));
      return { command: engines.workerd, args: ["serve", config] };
    },
  });
  return [...nodes.map(onNode), bun, deno, workerd(true), workerd(false)];
}

/** What a program says of its version: the first number with points in it. */
function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return /\d+(?:[.-]\d+)+/.exec(stdout)?.[0] ?? "of unknown version";
}
