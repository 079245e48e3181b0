import { createServer } from "node:net";

/** Ports tried after the wanted one. */
const TRIES_MAX = 50;

/** The wanted port when it is free, otherwise the next free one, or null when there is none near. */
export async function freePort(host: string, wanted: number): Promise<number | null> {
  // The system chooses itself.
  if (wanted === 0) return 0;
  for (let port = wanted; port <= Math.min(65_535, wanted + TRIES_MAX); port++) {
    if (await isFree(host, port)) return port;
  }
  return null;
}

/** Whether a server could listen. Anything but "in use" is left for the real attempt to report. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
