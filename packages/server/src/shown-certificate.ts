import type { TlsIdentity } from "#egress";
import type { TlsFiles } from "#front-door";
import { readTlsFiles, tlsStamp } from "#front-door";
import type { Clock, Log } from "#kernel";

/** How long what was read counts before the files are looked at again. */
const FRESH_MS = 5000;

/**
 * The certificate that the server shows to apps, as the files have it now. A pair that cannot be used is refused, and the old
 * one goes on.
 *
 * @throws HoldfastError `config_invalid` when the first pair cannot be used
 */
export function shownCertificate(files: TlsFiles, clock: Clock, log: Log): () => TlsIdentity {
  const read = (): TlsIdentity => {
    const { cert, key } = readTlsFiles(files, clock.now());
    // Both were read from files a moment ago.
    return { cert: cert as Buffer, key: key as Buffer };
  };
  let stamp = tlsStamp(files);
  let shown = read();
  let lookedAt = clock.monotonic();
  return () => {
    if (clock.monotonic() - lookedAt < FRESH_MS) return shown;
    lookedAt = clock.monotonic();
    const now = tlsStamp(files);
    if (now === stamp) return shown;
    stamp = now;
    try {
      shown = read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, "a new certificate cannot be shown to apps: the old one goes on");
    }
    return shown;
  };
}
