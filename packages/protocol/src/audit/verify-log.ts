import type { Digest } from "../digest.ts";
import { chainHash, entryHash } from "./chain.ts";
import type { CheckpointKey, SignedCheckpoint, VerifyEd25519 } from "./checkpoint.ts";
import { isSignedBy, readCheckpoint } from "./checkpoint.ts";
import { nameCommitment } from "./entry.ts";
import type { ExportedEntry, ExportedLog } from "./export.ts";
import { MerkleTree } from "./merkle-tree.ts";

/** What is wrong with a log. `seq`: the first entry that shows it. */
export interface LogFault {
  readonly kind:
    | "gap"
    | "order"
    | "altered"
    | "name_altered"
    | "truncated"
    | "fork"
    | "signature_invalid"
    | "key_unknown";
  readonly seq: number;
  readonly words: string;
}

export interface LogVerdict {
  readonly ok: boolean;
  readonly fault: LogFault | null;
  /** How many entries were read and hold, and the largest checkpoint that they agree with. */
  readonly entryCount: number;
  readonly checkpointSize: number | null;
  /** What nobody can know from what was given, in sentences. */
  readonly unknown: readonly string[];
}

export interface Trusted {
  /** Checkpoints that were kept elsewhere. */
  readonly checkpoints: readonly string[];
  /** Keys that are known to be this log's; null to believe those that the export names. */
  readonly keys: readonly CheckpointKey[] | null;
}

/**
 * Holds an exported log against itself, against its checkpoints, and against checkpoints and keys that were kept elsewhere.
 * Names the first entry that is not as it was written.
 */
export function verifyLog(
  log: ExportedLog,
  trusted: Trusted,
  verify: VerifyEd25519,
  digest: Digest,
): LogVerdict {
  const steps = verifyingLog(log, trusted, verify, digest);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, entry by entry, for those who show how far it is: gives how many hold so far, and returns the verdict. */
export function* verifyingLog(
  log: ExportedLog,
  trusted: Trusted,
  verify: VerifyEd25519,
  digest: Digest,
): Generator<number, LogVerdict, void> {
  const { header, entries } = log;
  const keys = trusted.keys ?? header.keys;
  const marks: SignedCheckpoint[] = [];
  let last = header.first - 1;
  const verdict = (fault: LogFault | null, checkpointSize: number | null): LogVerdict => ({
    ok: fault === null,
    fault,
    entryCount: last - header.first + 1,
    checkpointSize,
    unknown: unknownOf(log, trusted, checkpointSize, last),
  });

  for (const note of [...log.checkpoints, ...trusted.checkpoints]) {
    const read = readCheckpoint(note);
    if (
      read === null ||
      read.checkpoint.origin !== `holdfast/${header.log}` ||
      !isSignedBy(read, keys, verify, digest)
    ) {
      const size = read?.checkpoint.size ?? 0;
      const isForeign = read !== null && isSignedBy(read, header.keys, verify, digest);
      return verdict(
        isForeign
          ? faultAt(
              "key_unknown",
              size,
              `the checkpoint at ${size} is signed by a key that is not among those you trust`,
            )
          : faultAt("signature_invalid", size, `the signature of the checkpoint at ${size} is not good`),
        null,
      );
    }
    marks.push(read);
  }

  const tree = new MerkleTree(digest, header.tree);
  let previous = header.previous_hash;
  let agreed: number | null = null;
  const byPlace = new Map<number, SignedCheckpoint[]>();
  for (const mark of marks)
    byPlace.set(mark.checkpoint.size, [...(byPlace.get(mark.checkpoint.size) ?? []), mark]);

  /** Whether every checkpoint of this size says of the log what it is now. */
  const agrees = (size: number): boolean => {
    const here = byPlace.get(size) ?? [];
    if (here.length === 0) return true;
    const root = tree.root();
    if (here.some(({ checkpoint }) => checkpoint.chain !== previous || checkpoint.root !== root))
      return false;
    agreed = size;
    return true;
  };
  const forked = (size: number): LogFault =>
    faultAt("fork", size, `a checkpoint signed for ${size} entries tells of other entries than these`);

  if (tree.size !== last || !agrees(last)) return verdict(forked(last), agreed);
  for (const [index, entry] of entries.entries()) {
    const broken = judge(entry, last + 1, previous, entries, index, digest);
    if (broken !== null) return verdict(broken, agreed);
    last += 1;
    previous = entry.hash;
    tree.append(entryHash(entry.entry, digest));
    if (!agrees(last)) return verdict(forked(last), agreed);
    yield index + 1;
  }
  const beyond = Math.max(0, ...marks.map(({ checkpoint }) => checkpoint.size));
  if (beyond > last) {
    const words = `a checkpoint signed for ${beyond} entries exists, and the log ends with entry ${last}: it was cut`;
    return verdict(faultAt("truncated", last + 1, words), agreed);
  }
  return verdict(null, agreed);
}

function judge(
  { entry, hash, openings, seq }: ExportedEntry,
  expected: number,
  previous: string,
  all: readonly ExportedEntry[],
  index: number,
  digest: Digest,
): LogFault | null {
  if (seq !== expected) {
    const isElsewhere = all.some((other, at) => at !== index && other.seq === expected);
    return isElsewhere
      ? faultAt("order", expected, `entry ${seq} stands where entry ${expected} belongs`)
      : faultAt("gap", expected, `entry ${expected} is missing`);
  }
  if (chainHash(previous, entryHash(entry, digest), seq, digest) !== hash)
    return faultAt("altered", seq, `entry ${seq} is not as it was written, or what came before it is not`);
  for (const [commitment, { salt, name }] of Object.entries(openings ?? {})) {
    if (!entry.includes(commitment) || nameCommitment(salt, name, digest) !== commitment)
      return faultAt("name_altered", seq, `a name beside entry ${seq} is not the one that was written`);
  }
  return null;
}

function faultAt(kind: LogFault["kind"], seq: number, words: string): LogFault {
  return { kind, seq, words };
}

function unknownOf(
  { header }: ExportedLog,
  trusted: Trusted,
  checkpointSize: number | null,
  last: number,
): readonly string[] {
  const sentences: string[] = [];
  const outside = trusted.checkpoints.length > 0;
  if (!outside) {
    sentences.push(
      `Whether entries after ${last} were cut off: only a checkpoint that left the machine can show it, and none was given.`,
    );
  } else if (checkpointSize !== null && checkpointSize < last) {
    sentences.push(
      `Whether entries ${checkpointSize + 1} to ${last} are all there were: no checkpoint you gave covers them.`,
    );
  }
  if (trusted.keys === null)
    sentences.push(
      "Whether the whole log was written anew: the keys are those that the export names itself.",
    );
  if (header.first > 1)
    sentences.push(
      `What entries 1 to ${header.first - 1} said: they were removed by retention, and their hash is kept.`,
    );
  return sentences;
}
