import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";

/** What is to be known of the machine and the process's surroundings. */
export interface MachineFacts {
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the disk with the data; null when it cannot be told. */
  readonly freeBytes: number | null;
  /** By how much this machine's clock is ahead of the server's, ms; null when no server answered. */
  readonly clockAheadMs: number | null;
}

const NODE_MIN = [24, 15] as const;
const FREE_BYTES = { low: 2 * 1024 ** 3, few: 256 * 1024 ** 2 } as const;
/** Signed requests are good for five minutes; at a fifth of that somebody should look. */
const CLOCK_MS = { warning: 60_000, failed: 300_000 } as const;
const { failed, ok, warning } = findingsOf("machine");

/** Whether programs run here as they should. */
export function machineFindings(facts: MachineFacts): readonly Finding[] {
  return [nodeFinding(facts), ...switches(facts.env), diskFinding(facts), clockFinding(facts)].filter(
    (finding) => finding !== null,
  );
}

function nodeFinding({ nodeVersion }: MachineFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, "").split(".").map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const what = `Node ${nodeVersion.replace(/^v/, "")}`;
  return isEnough
    ? ok("node", { what })
    : failed("node", {
        what,
        why: `Holdfast needs ${NODE_MIN.join(".")} or newer.`,
        next: "Install a newer Node.",
      });
}

/** Switches that undo what keeps a server safe. */
function switches(env: MachineFacts["env"]): readonly Finding[] {
  const found: Finding[] = [];
  if (/--inspect/.test(env["NODE_OPTIONS"] ?? ""))
    found.push(
      failed("inspector", {
        what: "NODE_OPTIONS opens the inspector",
        why: "Whoever reaches its port reads every key and runs any code.",
        next: "Take --inspect out of NODE_OPTIONS.",
      }),
    );
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0")
    found.push(
      failed("tls_unchecked", {
        what: "NODE_TLS_REJECT_UNAUTHORIZED is 0",
        why: "Certificates of apps would not be checked: anybody in between could answer for them.",
        next: "Unset it, and name a private authority with NODE_EXTRA_CA_CERTS.",
      }),
    );
  if ((env["NODE_DEBUG"] ?? "") !== "" || (env["SSLKEYLOGFILE"] ?? "") !== "")
    found.push(
      failed("debugging", {
        what: "NODE_DEBUG or SSLKEYLOGFILE is set",
        why: "They write what is sent, or what opens it, to places where it stays.",
        next: "Unset both.",
      }),
    );
  const proxy = env["HTTPS_PROXY"] ?? env["https_proxy"] ?? "";
  if (proxy !== "")
    found.push(
      warning("proxy", {
        what: "HTTPS_PROXY is set",
        why: "The server does not use it: it connects to the address that its egress policy looked at.",
      }),
    );
  return found.length > 0 ? found : [ok("switches", { what: "no switch of Node's undoes what is safe" })];
}

function diskFinding({ freeBytes }: MachineFacts): Finding | null {
  if (freeBytes === null) return null;
  const what = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free where the data is`;
  const next = "Make room, or set how long ended runs are kept: holdfast retention set 90.";
  if (freeBytes < FREE_BYTES.few)
    return failed("disk", { what, why: "The server is about to stop taking events.", next });
  if (freeBytes < FREE_BYTES.low) return warning("disk", { what, next });
  return ok("disk", { what });
}

function clockFinding({ clockAheadMs }: MachineFacts): Finding | null {
  if (clockAheadMs === null) return null;
  const apart = Math.abs(clockAheadMs);
  const what = `this clock and the server's are ${(apart / 1000).toFixed(0)} s apart`;
  const next = "Let a time service set both clocks.";
  const why = "A signature is good for five minutes.";
  if (apart >= CLOCK_MS.failed) return failed("clock", { what, why, next });
  if (apart >= CLOCK_MS.warning) return warning("clock", { what, why, next });
  return ok("clock", { what });
}
