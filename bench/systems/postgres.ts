import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawn, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";

export interface RunningPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A PostgreSQL of its own on an empty folder, default settings, loopback only. */
export async function startPostgres(folder: string): Promise<RunningPostgres> {
  const bin = dirname(findPostgres());
  const port = await freePort();
  const data = join(folder, "postgres");
  mkdirSync(data);
  const user = unprivilegedUser();
  if (user !== null) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const initialised = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"],
    {
      ...user,
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  if (initialised.status !== 0)
    throw new Error(`initdb ended with ${initialised.status}: ${initialised.stderr}`);
  const argv = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", folder];
  const { child, lastWords } = spawn("postgres", join(bin, "postgres"), argv, { ...user, cwd: folder });
  await untilAccepts(port, lastWords);
  return {
    url: `postgresql://bench@127.0.0.1:${port}/bench`,
    pid: child.pid ?? 0,
    stop: () => stop(child, "SIGINT"),
  };
}

function findPostgres(): string {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "postgres");
    // The folder behind a link is the one that holds initdb too.
    if (existsSync(path)) return realpathSync(path);
  }
  throw new Error(
    "Cannot run the peer DBOS: no `postgres` on the PATH. Install PostgreSQL, or leave this peer out.",
  );
}

/** PostgreSQL refuses to run as root: then it runs as the user its package made. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function untilAccepts(port: number, lastWords: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await accepts(port)) return;
    await sleep(50);
  }
  throw new Error(`PostgreSQL did not accept connections within 10 s.\n${lastWords()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
