import type { Socket } from "node:net";
import type { StreamTarget, Streams } from "#egress";
import type { Clock } from "#kernel";
import type { SinkBatch, SinkTransport } from "./contract.ts";
import type { SyslogSender } from "./syslog-message.ts";
import { syslogFrame } from "./syslog-message.ts";

export interface SyslogTransportDeps {
  readonly target: StreamTarget;
  readonly streams: Streams;
  readonly sender: SyslogSender;
  readonly clock: Clock;
}

/** How long a receiver may take to read a batch to its end. */
const CONFIRM_MS = 10_000;
/** Whoever takes connections only to close them, as a balancer does that has nobody behind it, has closed by then. */
const CALM_MS = 250;

/**
 * Syslog over TCP or TLS, a connection for each batch. The protocol has no word for "received": what was written into a
 * connection may be lost with it. So the batch ends with the end of our side, and counts as delivered when the receiver has
 * closed its side in turn, which it does once it has read to the end. One that closes before has read nothing to rely on.
 */
export function createSyslogTransport({
  clock,
  sender,
  streams,
  target,
}: SyslogTransportDeps): SinkTransport {
  return {
    async send(batch, signal) {
      let socket: Socket;
      try {
        socket = await streams.open(target);
      } catch (error) {
        return `Cannot reach ${target.host}:${target.port}: ${wordsOf(error)}.`;
      }
      try {
        await hand(socket, batch, signal, clock, sender);
        return null;
      } catch (error) {
        return `Cannot tell whether ${target.host}:${target.port} has the batch: ${wordsOf(error)}.`;
      } finally {
        socket.destroy();
      }
    },
  };
}

function hand(
  socket: Socket,
  { lines }: SinkBatch,
  signal: AbortSignal,
  clock: Clock,
  sender: SyslogSender,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer = clock.after(CALM_MS, () => {
      hasSaidAll = true;
      timer = clock.after(CONFIRM_MS, () => fail(new Error("it did not close the connection in time")));
      socket.end();
    });
    let hasSaidAll = false;
    const over = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    };
    const fail = (error: Error): void => {
      over();
      reject(error);
    };
    const stop = (): void => fail(new Error("the server is stopping"));
    signal.addEventListener("abort", stop);
    socket.on("error", fail);
    socket.once("close", () => fail(new Error("the connection broke")));
    socket.once("end", () => {
      if (!hasSaidAll) return fail(new Error("it closed the connection before the end"));
      over();
      resolve();
    });
    // What a receiver says means nothing in this protocol.
    socket.resume();
    socket.write(lines.map((line) => syslogFrame(line, sender)).join(""));
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
