import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";

/** An environment, as operators see it. Instants are ISO 8601. */
export interface Environment {
  readonly name: string;
  readonly id: string;
  readonly kind: "production" | "dev" | "custom" | "branches" | "branch";
  /** Of a branch: the family it belongs to. */
  readonly family: string | null;
  readonly label: string;
  readonly created_at: string | null;
  readonly archived_at: string | null;
  /** How long a branch may be unused before it archives itself, ms; null: for ever. */
  readonly archive_after_ms: number | null;
}

/** The keys that a new environment begins with. */
export interface FirstKeys {
  readonly signing_key: string | null;
  readonly event_key: string | null;
}

export interface EnvironmentToMake {
  readonly name: string;
  readonly kind: "custom" | "branches";
  readonly label?: string;
  /** A duration such as `3d`, for the branches of a family. */
  readonly archiveAfter?: string;
}

/** What operators can do with environments. Needs an operator's token. */
export interface EnvironmentMethods {
  environments(): Promise<readonly Environment[]>;
  /** With the first keys, which are shown this once; none of a branch. */
  createEnvironment(environment: EnvironmentToMake): Promise<Environment & FirstKeys>;
  renameEnvironment(name: string, label: string): Promise<Environment>;
  archiveEnvironment(name: string): Promise<Environment>;
  unarchiveEnvironment(name: string): Promise<Environment>;
}

const ROOT = "/holdfast/v1/admin/environments";

export function environmentMethods({ data }: Asking): EnvironmentMethods {
  return {
    environments: () => data({ purpose: "list environments", path: ROOT, method: "GET" }),
    createEnvironment: ({ archiveAfter, ...environment }) =>
      data({
        purpose: `make environment "${environment.name}"`,
        path: ROOT,
        method: "POST",
        body: { ...environment, ...(archiveAfter === undefined ? {} : { archive_after: archiveAfter }) },
      }),
    renameEnvironment: (name, label) =>
      data({
        purpose: `rename environment "${name}"`,
        path: `${ROOT}${path(name)}`,
        method: "PATCH",
        body: { label },
      }),
    archiveEnvironment: (name) =>
      data({
        purpose: `archive environment "${name}"`,
        path: `${ROOT}${path(name, "archive")}`,
        method: "POST",
      }),
    unarchiveEnvironment: (name) =>
      data({
        purpose: `take environment "${name}" out of the archive`,
        path: `${ROOT}${path(name, "unarchive")}`,
        method: "POST",
      }),
  };
}
