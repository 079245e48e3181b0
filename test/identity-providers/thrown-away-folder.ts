import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is removed with all that is in it by whoever holds it. */
export interface ThrownAwayFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes one. @param name with which the folder's name begins */
export async function makeFolder(name: string): Promise<ThrownAwayFolder> {
  const path = await mkdtemp(join(tmpdir(), `holdfast-${name}-`));
  return {
    path,
    // What was killed a moment ago may still be writing its last.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
