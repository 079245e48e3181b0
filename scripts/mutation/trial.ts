import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyTree } from "./copied-tree.ts";
import type { Mutant } from "./mutants.ts";
import { mutated } from "./mutants.ts";

export type Verdict = "killed" | "timed out" | "survived";
type TestList = readonly string[];
type Outcome = "passed" | "failed" | "timed out";

/**
 * A mutant may wait for ever, or go round in circles: that is noticed, too. One test may take as long as all of them do without
 * a mutant, and all of them several times that, since the machine may have other work.
 */
const PATIENCE = { testMs: 5_000, factor: 6, floorMs: 30_000 } as const;

/** How long tests may take, by their list: measured once, and shared by the trials of a room. */
export type Limits = Map<string, Promise<Limit>>;

/** ms */
interface Limit {
  readonly test: number;
  readonly all: number;
}

const MEASURE: Limit = { test: 600_000, all: 600_000 };

/**
 * A copy of the repository in which one mutant at a time meets the tests: first those of its own file, then list after
 * list of the room, until one notices.
 *
 * @throws Error if tests fail without any mutant.
 */
export class Trial {
  readonly #root: string;
  readonly #lists: readonly TestList[];
  readonly #limits: Limits;
  readonly #tree: ReturnType<typeof copyTree>;

  constructor(root: string, lists: readonly TestList[], limits: Limits) {
    this.#root = root;
    this.#lists = lists;
    this.#limits = limits;
    this.#tree = copyTree(root);
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const lists = [ownTests(this.#root, mutant.file), ...this.#lists].filter((list) => list.length > 0);
    for (const list of lists) await this.#limitOf(list);
    const path = join(this.#tree.folder, mutant.file);
    const source = readFileSync(join(this.#root, mutant.file), "utf8");
    writeFileSync(path, mutated(source, mutant));
    try {
      for (const list of lists) {
        const outcome = await runTests(this.#tree.folder, list, await this.#limitOf(list));
        if (outcome !== "passed") return outcome === "failed" ? "killed" : "timed out";
      }
      return "survived";
    } finally {
      writeFileSync(path, source);
    }
  }

  remove(): void {
    this.#tree.remove();
  }

  #limitOf(list: TestList): Promise<Limit> {
    const name = list.join(" ");
    const known = this.#limits.get(name) ?? this.#measure(list);
    this.#limits.set(name, known);
    return known;
  }

  async #measure(list: TestList): Promise<Limit> {
    const startedAt = performance.now();
    if ((await runTests(this.#tree.folder, list, MEASURE)) !== "passed")
      throw new Error(`Tests fail without any mutant: ${list.join(" ")}`);
    const tookMs = Math.ceil(performance.now() - startedAt);
    return {
      test: Math.max(PATIENCE.testMs, tookMs),
      all: Math.max(PATIENCE.floorMs, PATIENCE.factor * tookMs),
    };
  }
}

/** The test beside a file, which most often notices first. */
function ownTests(root: string, file: string): TestList {
  const own = file.replace(/\.ts$/, ".test.ts");
  return existsSync(join(root, own)) ? [own] : [];
}

/** Runs test files until the first fails. */
function runTests(folder: string, files: TestList, limit: Limit): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        "-C",
        "@holdfast/source",
        "--test",
        "--test-force-exit",
        `--test-timeout=${limit.test}`,
        "--test-reporter=tap",
        ...files,
      ],
      {
        cwd: folder,
        detached: true,
        env: { ...process.env, HOLDFAST_MUTANT: "1" },
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let verdict: Outcome | null = null;
    const end = (word: Outcome): void => {
      verdict ??= word;
      // The whole group: tests have processes of their own.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const timer = setTimeout(() => end("timed out"), limit.all);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (verdict === null && /^\s*not ok /m.test(text)) end("failed");
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve(verdict ?? (code === 0 ? "passed" : "failed"));
    });
  });
}
