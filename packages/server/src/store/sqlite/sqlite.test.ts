import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "node:test";
import { modelSuite } from "../contract/model.suite.ts";
import { runStoreContract } from "../contract/store.suite.ts";
import type { CreateHarness } from "../contract/testing/harness.ts";
import type { Store } from "../contract.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";

/** A store in a folder of its own. */
function inFolder(inline: boolean): CreateHarness {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-store-"));
    const opening = (): Promise<Store> => openSqliteStore({ dataDir: folder, inline });
    let current = await opening();
    return {
      store: current,
      async reopen() {
        await current.close();
        current = await opening();
        return current;
      },
      async cleanup() {
        await current.close();
        rmSync(folder, { recursive: true });
      },
    };
  };
}

const inMemory: CreateHarness = async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  return {
    store,
    reopen: { impossible: "a store in memory ends with its connection" },
    cleanup: () => store.close(),
  };
};

for (const [name, create, histories] of [
  ["SQLite, writing on a thread", inFolder(false), 20],
  ["SQLite, writing inline", inFolder(true), 20],
  ["SQLite, in memory", inMemory, 150],
] as const) {
  runStoreContract(name, create, histories);
  describe(`${name}, beside the model`, () => modelSuite(create, histories));
}
