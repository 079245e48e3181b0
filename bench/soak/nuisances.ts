import { connect } from "node:net";
import type { Socket } from "node:net";

const EVERY_MS = 500;
const SLOW_MAX = 50;

/**
 * What a public server meets all day, in small numbers: connections that never ask, heads that come byte by byte, keys that
 * are none, bodies that are too large. Their answers do not matter; that the others get theirs does.
 */
export function nuisances(origin: string): { stop: () => void } {
  const { hostname, port } = new URL(origin);
  const slow = new Set<Socket>();
  const timer = setInterval(() => {
    if (slow.size < SLOW_MAX) crawl();
    void ask("/e/no-such-key", "{}");
    void ask("/v1/runs/01JDRUN0000000000000000000", undefined);
    void ask("/fn/register", "x".repeat(2 * 1024 * 1024));
  }, EVERY_MS);

  function crawl(): void {
    const socket = connect({ host: hostname, port: Number(port) });
    const drip = setInterval(() => socket.write("x"), 1000);
    socket.write("POST /e/slow HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ");
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearInterval(drip);
      slow.delete(socket);
    });
    slow.add(socket);
  }

  async function ask(path: string, body: string | undefined): Promise<void> {
    const request = body === undefined ? {} : { method: "POST", body };
    await fetch(origin + path, request).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
  }

  return {
    stop() {
      clearInterval(timer);
      for (const socket of slow) socket.destroy();
    },
  };
}
