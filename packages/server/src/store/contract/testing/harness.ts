import { test } from "node:test";
import type { Store } from "../../contract.ts";

/** A store under test, and what is needed around it. */
export interface StoreHarness {
  readonly store: Store;
  /** Closes the store and opens what it kept; absent where nothing outlives it, with the reason. */
  readonly reopen: { (): Promise<Store> } | { readonly impossible: string };
  /** Closes whatever is open and removes what was stored. */
  cleanup(): Promise<void>;
}

export type CreateHarness = () => Promise<StoreHarness>;

/** Registers a test that gets a fresh store. */
export function storeTest(
  createHarness: CreateHarness,
  title: string,
  body: (store: Store, harness: StoreHarness) => Promise<void>,
): void {
  test(title, async (t) => {
    const harness = await createHarness();
    t.after(() => harness.cleanup());
    await body(harness.store, harness);
  });
}

/** Registers a test that closes the store and opens it again; skipped, with the reason, where that cannot be. */
export function reopenTest(
  createHarness: CreateHarness,
  title: string,
  body: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
): void {
  test(title, async (t) => {
    const harness = await createHarness();
    t.after(() => harness.cleanup());
    const { reopen } = harness;
    if ("impossible" in reopen) t.skip(reopen.impossible);
    else await body(harness.store, reopen);
  });
}
