import type { Listener } from "./listeners.ts";

/** Ports that development servers of web frameworks use (wire-protocol 22.4; 443 left out: it speaks no plain HTTP). */
const USUAL_PORTS: readonly number[] = [
  80, 3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 4321, 5000, 5173, 8000, 8080, 8081,
  8787, 8888, 8910, 8911, 8912, 8913, 8914, 8915,
];

/** Where apps mount their endpoint, the most usual first. */
export const CANDIDATE_PATHS: readonly string[] = [
  "/api/inngest",
  "/x/inngest",
  "/.netlify/functions/inngest",
  "/.redwood/functions/inngest",
];

/** From here on the system itself hands out ports: tests and tools listen there, for moments. */
const EPHEMERAL_PORT_MIN = 32_768;
/** The system's own services. */
const PRIVILEGED_PORT_MAX = 1023;

/** Well-known servers that speak no HTTP, or are nobody's app: asking them is noise in somebody's log. */
const OTHER_SERVERS: ReadonlySet<number> = new Set([
  1433, 2375, 2379, 3306, 4317, 4318, 5432, 5672, 6379, 8125, 9000, 9042, 9092, 9200, 9229, 11_211, 15_672,
  26_257, 27_017,
  // Servers of this kind and their worker gateways.
  8288, 8289,
]);

/** The usual ports, and the one the `PORT` variable names. */
export function candidatePorts(portVariable: string | undefined = process.env["PORT"]): readonly number[] {
  const port = Number(portVariable);
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  return isPort && !USUAL_PORTS.includes(port) ? [...USUAL_PORTS, port] : USUAL_PORTS;
}

/**
 * Whether a port that began to listen is worth a request. In the first round only the usual ones are: what already runs
 * may be anything. Later a new socket of our own user is likely what the developer just started.
 */
export function isWorthAsking(
  port: number,
  listener: Listener,
  { isFirst, uid = process.getuid?.() ?? null }: { readonly isFirst: boolean; readonly uid?: number | null },
): boolean {
  if (candidatePorts().includes(port)) return true;
  if (isFirst || listener.uid === null || listener.uid !== uid) return false;
  return port > PRIVILEGED_PORT_MAX && port < EPHEMERAL_PORT_MIN && !OTHER_SERVERS.has(port);
}
