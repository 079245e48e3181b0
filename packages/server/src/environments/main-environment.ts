import type { Digest, EnvironmentName } from "@holdfast/protocol";
import type { EnvironmentRecord } from "./contract.ts";
import { environmentId } from "./ids.ts";

/** The environment that is always there. Nobody made it, and nobody can put it away. */
export function mainEnvironment(kind: "production" | "dev", digest: Digest): EnvironmentRecord {
  return {
    // The two kinds are names of environments, too.
    name: kind as EnvironmentName,
    id: environmentId(kind, digest),
    kind,
    family: null,
    label: kind === "production" ? "Production" : "Development",
    createdAt: 0,
    archivedAt: null,
    archiveAfterMs: null,
  };
}
