import type { Digest, ExportedLog, LogVerdict, VerifyEd25519 } from "@holdfast/protocol";
import { readCheckpoint, verifyingLog } from "@holdfast/protocol";

/** What a verification needs of the world. */
export interface VerifyWorld {
  readonly digest: Digest;
  /** Null: this browser cannot tell. */
  readonly verifySignature: (
    publicKey: Uint8Array<ArrayBuffer>,
    message: string,
    signature: Uint8Array<ArrayBuffer>,
  ) => Promise<boolean | null>;
  readonly pause: () => Promise<void>;
}

export interface Verification {
  readonly verdict: LogVerdict;
  /** Whether the signatures of checkpoints were looked at. */
  readonly signaturesChecked: boolean;
}

/** Entries between two looks at the page. */
const ENTRIES_PER_TURN = 500;

/**
 * Recomputes an exported log: every hash of its chain, its tree, and what its checkpoints say. Tells how many entries hold so
 * far, and lets the page breathe.
 *
 * @param outside checkpoints that were kept elsewhere
 */
export async function verifyExport(
  log: ExportedLog,
  outside: readonly string[],
  world: VerifyWorld,
  onProgress: (entryCount: number) => void,
): Promise<Verification> {
  const known = await signaturesOf(log, outside, world);
  // Where signatures cannot be checked, what they sign says nothing either way.
  const judged = known === null ? { ...log, checkpoints: [] } : log;
  const verify: VerifyEd25519 = (publicKey, message) =>
    known?.get(`${keyText(publicKey)} ${message}`) ?? false;
  const trusted = { checkpoints: known === null ? [] : outside, keys: null };
  const steps = verifyingLog(judged, trusted, verify, world.digest);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { verdict: step.value, signaturesChecked: known !== null };
    if (step.value % ENTRIES_PER_TURN !== 0) continue;
    onProgress(step.value);
    await world.pause();
  }
}

/** Of each key and signed text whether a signature of that key is under it; null where the browser cannot tell. */
async function signaturesOf(
  { checkpoints, header }: ExportedLog,
  outside: readonly string[],
  { verifySignature }: VerifyWorld,
): Promise<ReadonlyMap<string, boolean> | null> {
  const known = new Map<string, boolean>();
  for (const note of [...checkpoints, ...outside]) {
    const signed = readCheckpoint(note);
    if (signed === null) continue;
    for (const { publicKey } of header.keys) {
      const key = bytesOf(publicKey);
      for (const { signature } of signed.signatures) {
        const isGood = await verifySignature(key, signed.body, new Uint8Array(signature));
        if (isGood === null) return null;
        const name = `${keyText(key)} ${signed.body}`;
        known.set(name, isGood || known.get(name) === true);
      }
    }
  }
  return known;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    // What is no key verifies nothing.
    return new Uint8Array();
  }
}

function keyText(key: Uint8Array): string {
  return key.join(",");
}
