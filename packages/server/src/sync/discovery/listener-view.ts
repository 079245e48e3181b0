import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Listener, Listeners } from "./listeners.ts";
import { parseProcNet } from "./proc-net.ts";

/** A way to see which ports of this machine listen. */
export interface ListenerView {
  /** Looks now. `ports` are those of interest; a view that sees all of them anyway returns all. */
  read(ports: ReadonlySet<number>): Promise<Listeners>;
  /** How long to wait before the next look, given how long nothing has changed. */
  pauseMs(quietMs: number): number;
}

/** The best view this machine has: the kernel's table on Linux, trying to connect elsewhere. */
export function openListenerView(platform: NodeJS.Platform = process.platform): ListenerView {
  return platform === "linux" ? kernelView() : connectingView();
}

/** Reads the kernel's table once a second: no traffic, nothing that an app could notice. */
function kernelView(): ListenerView {
  return {
    async read() {
      const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readTable));
      const listeners = new Map<number, { ids: Set<string>; uid: number }>();
      for (const { port, inode, uid } of tables.flatMap(parseProcNet)) {
        const known = listeners.get(port);
        if (known === undefined) listeners.set(port, { ids: new Set([inode]), uid });
        else known.ids.add(inode);
      }
      return listeners;
    },
    pauseMs: () => 1000,
  };
}

/** A machine without IPv6 has no second table. */
async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

const CONNECT_MS = 500;

/**
 * Opens a connection to each port of interest and closes it again, with longer and longer pauses while nothing changes.
 * A process that replaces another between two looks goes unseen here: the source tree tells of it then.
 */
function connectingView(): ListenerView {
  /** How often each port has begun to listen: the id of its present listener. */
  const openings = new Map<number, number>();
  let open = new Set<number>();
  return {
    async read(ports) {
      const accepted = await Promise.all(
        [...ports].map(async (port) => ((await accepts(port)) ? port : null)),
      );
      const listeners = new Map<number, Listener>();
      for (const port of accepted) {
        if (port === null) continue;
        if (!open.has(port)) openings.set(port, (openings.get(port) ?? 0) + 1);
        listeners.set(port, { ids: new Set([String(openings.get(port))]), uid: null });
      }
      open = new Set(listeners.keys());
      return listeners;
    },
    pauseMs: (quietMs) => Math.min(30_000, Math.max(2000, quietMs / 4)),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "localhost", port, autoSelectFamily: true });
    const end = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(CONNECT_MS, end(false));
    socket.once("connect", end(true));
    socket.once("error", end(false));
  });
}
