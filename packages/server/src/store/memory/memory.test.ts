import { runStoreContract } from "../contract/store.suite.ts";
import { createMemoryDisk } from "./memory-disk.ts";

runStoreContract(
  "memory",
  async () => {
    const disk = createMemoryDisk();
    let store = disk.takeOver();
    return {
      store,
      async reopen() {
        await store.close();
        store = disk.takeOver();
        return store;
      },
      cleanup: () => store.close(),
    };
  },
  150,
);
