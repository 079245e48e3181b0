import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Clock } from "#kernel";

/** How long requests that came in before the close may take to end. */
const CLOSE_MS = 5000;

/**
 * Lets the server close promptly whatever its callers do. Node closes connections that wait for their next request, but
 * takes one that never asked anything for busy, up to a minute long; clients open such connections in advance. Those are
 * closed at once. Requests being answered have `CLOSE_MS` to end.
 */
export function closePromptly(app: FastifyInstance, clock: Clock): void {
  const silent = new Set<Socket>();
  let isClosing = false;
  app.server.on("connection", (socket) => {
    if (isClosing) socket.destroy();
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  app.server.on("request", (request) => silent.delete(request.socket));
  app.addHook("preClose", (done) => {
    isClosing = true;
    for (const socket of silent) socket.destroy();
    const cut = clock.after(CLOSE_MS, () => app.server.closeAllConnections());
    app.server.once("close", () => cut.cancel());
    done();
  });
}
