import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";

/** A file or folder that has secrets in it. */
export interface SecretPath {
  readonly path: string;
  readonly isFolder: boolean;
  /** Permission bits. */
  readonly mode: number;
  /** The user to whom it belongs. */
  readonly owner: number;
}

/** What is to be known of a data folder. */
export interface FileFacts {
  readonly dataDir: string;
  readonly exists: boolean;
  readonly secrets: readonly SecretPath[];
  /** Keys elsewhere that the settings name. */
  readonly named: readonly SecretPath[];
  /** Whether the master key lies beside what it protects. */
  readonly hasMasterKey: boolean;
}

const { failed, ok, skipped, warning } = findingsOf("files");

/** Whether others on this machine can read what they must not. */
export function fileFindings(facts: FileFacts): readonly Finding[] {
  return [...folderFindings(facts), ...namedFindings(facts)];
}

function folderFindings({ dataDir, exists, hasMasterKey, secrets }: FileFacts): readonly Finding[] {
  if (!exists)
    return [
      skipped("data_dir", {
        what: `there is no data folder ${dataDir}`,
        why: "The server may be on another machine, or keep its data elsewhere.",
        next: "Name the folder with --data-dir.",
      }),
    ];
  const open = secrets.filter(({ mode }) => (mode & 0o077) !== 0);
  return [
    ...(open.length === 0
      ? [ok("modes", { what: `nobody else can read ${dataDir}` })]
      : open.map(({ isFolder, path }) =>
          failed("modes", {
            what: `others can read ${path}`,
            why: "It holds keys or payloads.",
            next: `chmod ${isFolder ? "700" : "600"} ${path}`,
          }),
        )),
    ...ownerFindings(dataDir, secrets),
    ...(hasMasterKey
      ? [
          warning("master_key_beside", {
            what: "the master key lies in the data folder",
            why: "Whoever gets a copy of the folder has the key to its secrets with it.",
            next: "Move it elsewhere, and name it with --master-key-file or --master-key-command.",
          }),
        ]
      : []),
  ];
}

/** A folder of which some belongs to another user was written by two: one of them cannot go on with it. */
function ownerFindings(dataDir: string, secrets: readonly SecretPath[]): readonly Finding[] {
  const [first, ...others] = secrets;
  const odd = others.filter(({ owner }) => owner !== first?.owner);
  return odd.map(({ path }) =>
    warning("owners", {
      what: `${path} belongs to another user than ${dataDir}`,
      why: "The server writes as one user: with what is another's it cannot go on.",
      next: `chown --reference=${dataDir} ${path}`,
    }),
  );
}

/** A group may read a key that others put there for it; nobody else may. */
function namedFindings({ named }: FileFacts): readonly Finding[] {
  return named
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ mode, path }) =>
      (mode & 0o007) === 0
        ? warning("named_modes", {
            what: `a group can read ${path}`,
            why: "It is a key.",
            next: `chmod 600 ${path}`,
          })
        : failed("named_modes", {
            what: `others can read ${path}`,
            why: "It is a key.",
            next: `chmod 600 ${path}`,
          }),
    );
}
