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

/**
 * Syslog over TCP or TLS, a connection for each batch. The protocol has no word for "received": what was written into a
 * connection may be lost with it. So the batch ends with the end of our side, and counts as delivered when the receiver has
 * closed its side in turn, which it does once it has read to the end.
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
    const timer = clock.after(CONFIRM_MS, () => reject(new Error("it did not close the connection in time")));
    const settle = (act: () => void): void => {
      timer.cancel();
      act();
    };
    let hasSaidAll = false;
    signal.addEventListener("abort", () => settle(() => reject(new Error("the server is stopping"))));
    socket.once("error", (error) => settle(() => reject(error)));
    socket.once("end", () =>
      settle(hasSaidAll ? resolve : () => reject(new Error("it closed the connection before the end"))),
    );
    socket.once("close", () => settle(() => reject(new Error("the connection broke"))));
    // What a receiver says means nothing in this protocol.
    socket.resume();
    socket.end(lines.map((line) => syslogFrame(line, sender)).join(""), () => (hasSaidAll = true));
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
