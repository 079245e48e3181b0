import type { Adapter, SdkVersion } from "../kit/function-spec.ts";

/** One way to build an app: everything a user may combine is told the same stories. */
export interface Cell {
  readonly name: string;
  readonly sdk: SdkVersion;
  readonly adapter: Adapter;
}

/** The matrix. A new SDK version or framework adapter is one more line here. */
export const CELLS: readonly Cell[] = [
  { name: "v4 on node", sdk: "v4", adapter: "node" },
  { name: "v4 on express", sdk: "v4", adapter: "express" },
  { name: "v3 on node", sdk: "v3", adapter: "node" },
  { name: "v3 on express", sdk: "v3", adapter: "express" },
  { name: "own on node", sdk: "own", adapter: "node" },
  { name: "own on express", sdk: "own", adapter: "express" },
];

/** One cell per SDK version, for what does not depend on how a request reaches the SDK. */
export const SDK_CELLS: readonly Cell[] = CELLS.filter((cell) => cell.adapter === "node");
