import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";

/** What went in one direction of one connection. */
export interface TappedStream {
  readonly direction: "request" | "response";
  /** All bytes so far. */
  bytes(): Buffer;
}

/** A proxy that keeps every byte it hands on, in both directions. */
export interface WireTap extends AsyncDisposable {
  /** For messages: `app to server`. */
  readonly name: string;
  readonly port: number;
  /** Without a path. */
  readonly origin: string;
  readonly streams: readonly TappedStream[];
}

/**
 * Listens on a free port of this machine and hands connections on.
 *
 * @param targetPort asked for each connection, so that whoever is behind may start later, or again elsewhere.
 */
export async function startWireTap(name: string, targetPort: () => number): Promise<WireTap> {
  const streams: TappedStream[] = [];
  const sockets = new Set<Socket>();

  const record = (from: Socket, direction: TappedStream["direction"]): void => {
    const chunks: Buffer[] = [];
    from.on("data", (chunk: Buffer) => chunks.push(chunk));
    streams.push({ direction, bytes: () => Buffer.concat(chunks) });
  };
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    // Whoever breaks one side of a connection breaks the other.
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroySoon();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort(), host: "127.0.0.1", allowHalfOpen: true });
    keep(near, far);
    keep(far, near);
    record(near, "request");
    record(far, "response");
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    name,
    port,
    origin: `http://127.0.0.1:${port}`,
    streams,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
