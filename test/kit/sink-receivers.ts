import { createHmac } from "node:crypto";
import type { Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** A receiver of audit logs on this machine. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** What was received, line by line, in the order it came. */
  readonly lines: string[];
  /** Takes nothing from now on, or everything again. */
  refuse(isRefusing: boolean): void;
}

type Certified = { readonly cert: string; readonly key: string };

/** A syslog receiver: frames that count their bytes, over TCP, or over TLS with a certificate. `onBatch`: it has one whole. */
export async function receiveSyslog(
  certified?: Certified,
  onBatch: () => void = () => undefined,
): Promise<Receiver & { readonly headers: string[] }> {
  const lines: string[] = [];
  const headers: string[] = [];
  let isRefusing = false;
  const take = (socket: Socket): void => {
    if (isRefusing) {
      socket.destroy();
      return;
    }
    const parts: Buffer[] = [];
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.on("error", () => undefined);
    socket.on("end", () => {
      for (const message of framesOf(Buffer.concat(parts))) {
        const [, header = "", text = ""] = /^((?:\S+ ){7})(.*)$/su.exec(message) ?? [];
        headers.push(header);
        lines.push(text);
      }
      onBatch();
    });
  };
  const server = certified === undefined ? createServer(take) : createTlsServer(certified, take);
  server.on("tlsClientError", () => undefined);
  const receiver = await listening(server, lines, (now) => (isRefusing = now));
  return { ...receiver, headers };
}

/** @throws Error for what is no frame of RFC 6587 */
function framesOf(bytes: Buffer): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, space).toString());
    if (!Number.isInteger(length) || length < 1)
      throw new Error("What came is no frame that counts its bytes.");
    messages.push(bytes.subarray(space + 1, space + 1 + length).toString("utf8"));
    at = space + 1 + length;
  }
  return messages;
}

/** A receiver over https, which notes who signed what. `answer`: the status for each request. */
export async function receiveHttps(
  certified: Certified,
  answer: () => number = () => 204,
): Promise<Receiver & { readonly posts: readonly Posted[] }> {
  const lines: string[] = [];
  const posts: Posted[] = [];
  let isRefusing = false;
  const server = createHttpsServer(certified, (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => (body += part));
    request.on("end", () => {
      const status = isRefusing ? 503 : answer();
      const headers = request.headers as Record<string, string>;
      posts.push({ path: request.url ?? "", body, headers, status });
      if (status < 300) lines.push(...body.trimEnd().split("\n"));
      response.writeHead(status, status === 307 ? { location: "/elsewhere" } : {}).end();
    });
  });
  const receiver = await listening(server, lines, (now) => (isRefusing = now));
  return { ...receiver, posts };
}

export interface Posted {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

/** Whether a batch is signed as Standard Webhooks has it, written apart from the product. */
export function isSignedWith(secret: string, { body, headers }: Posted): boolean {
  const { "webhook-id": id, "webhook-signature": signature, "webhook-timestamp": seconds } = headers;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return signature === `v1,${mac}`;
}

async function listening(
  server: ReturnType<typeof createServer> | Server,
  lines: string[],
  refuse: (isRefusing: boolean) => void,
): Promise<Receiver> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    lines,
    refuse,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
