import type { Timer, World } from "./contract.ts";
import { platformDigest } from "./digest.ts";

/** The longest that a platform's timer can be set to; a longer one would ring at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The machine's own clock, chance, network and environment. */
export function realWorld(): World {
  return {
    now: () => Date.now(),
    after,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    digest: platformDigest(),
    // Found at each call: tools that watch or mend a program's requests replace it.
    fetch: (...request) => globalThis.fetch(...request),
    variables: processVariables(),
  };
}

function after(ms: number, act: () => void): Timer {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (leftMs: number): void => {
    const partMs = Math.min(leftMs, TIMER_MS_MAX);
    timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : act()), partMs);
  };
  arm(ms);
  return { cancel: () => clearTimeout(timer) };
}

/** The process's environment, or nothing on platforms that have none or keep it to themselves. */
function processVariables(): World["variables"] {
  // Platforms without a process hand their variables in with each request; then `variables` is an option of the client.
  const process = (globalThis as { readonly process?: { readonly env?: World["variables"] } }).process;
  return process?.env ?? {};
}
