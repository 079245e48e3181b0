import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { installEngines } from "../../scripts/runtimes/engines.ts";
import { workerConfig } from "../../scripts/runtimes/worker-config.ts";
import { spawn, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { untilAnswers } from "../processes/until-answers.ts";
import { builtProgram } from "./built-program.ts";
import { SIZES } from "./candidates.ts";
import type { Figures } from "./figures.ts";

/** One request computes about so long: many times what the request itself takes, which is taken off. */
const REQUEST_MS = 15;
const ROUND_COUNT = 60;

/** Measures in workerd. Its clock does not advance while a worker computes, so that requests are timed from outside. */
export async function measureAtEdge(folder: string): Promise<Figures> {
  const module = basename(await builtProgram("in-worker", folder));
  const port = await freePort();
  const config = join(folder, "ciphers.capnp");
  writeFileSync(config, workerConfig({ module, port, variables: [], likeNode: true }));
  const { child, lastWords } = spawn("workerd", installEngines().workerd, ["serve", config], {});
  try {
    const url = `http://127.0.0.1:${port}/`;
    await untilAnswers("workerd", url, 30_000, lastWords);
    const sizes = new Map<number, readonly (readonly [string, number])[]>();
    for (const size of SIZES) sizes.set(size, await measureSize(url, size));
    return { place: "workerd", sizes };
  } finally {
    await stop(child);
  }
}

async function measureSize(url: string, size: number): Promise<readonly (readonly [string, number])[]> {
  // What our own worker answers.
  const names = (await (await fetch(`${url}?size=${size}`)).json()) as readonly string[];
  const counts: number[] = [];
  for (const index of names.keys()) counts.push(await countFor(url, size, index));
  const best = names.map(() => Number.POSITIVE_INFINITY);
  let empty = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUND_COUNT; round++) {
    empty = Math.min(empty, await requestMs(url, size, 0, 0));
    for (const [index, count] of counts.entries()) {
      best[index] = Math.min(await requestMs(url, size, index, count), best[index] ?? Number.NaN);
    }
  }
  return names.map((name, index) => {
    const [ms = Number.NaN, count = Number.NaN] = [best[index], counts[index]];
    return [name, ((ms - empty) * 1000) / count] as const;
  });
}

/** How many times something must be done to take long enough. Finding it warms it up as well. */
async function countFor(url: string, size: number, index: number): Promise<number> {
  for (let count = 64; ; count *= 2)
    if ((await requestMs(url, size, index, count)) > REQUEST_MS) return count;
}

async function requestMs(url: string, size: number, index: number, count: number): Promise<number> {
  const begin = performance.now();
  const answer = await fetch(`${url}?size=${size}&index=${index}&count=${count}`);
  const said = await answer.text();
  if (said !== "done") throw new Error(`The worker answered ${answer.status}: ${said}`);
  return performance.now() - begin;
}
