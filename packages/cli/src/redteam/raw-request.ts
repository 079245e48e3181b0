import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RawAnswer, RawRequest } from "./attack.ts";

const ANSWER_BYTES_MAX = 256 * 1024;
const ANSWER_MS = 10_000;

/** Sends a request as its bytes are, and reads what comes back, up to a bound in size and time. */
export function rawRequest(url: URL, request: RawRequest): Promise<RawAnswer> {
  const { bare = false, body = "", headers = [], method, target } = request;
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(bare || names.has("host") ? [] : [`Host: ${url.host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(bare || names.has("connection") ? [] : ["Connection: close"]),
    ...(body.length === 0 || names.has("content-length")
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket =
      url.protocol === "https:" ? connectTls({ host, port, servername: host }) : connect({ host, port });
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > ANSWER_BYTES_MAX) socket.destroy();
    });
    // What went wrong shows in what did not come back.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(parse(Buffer.concat(chunks).toString("utf8"), performance.now() - startedAt));
    });
    socket.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), Buffer.from(body)]));
  });
}

function parse(text: string, tookMs: number): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = (end < 0 ? text : text.slice(0, end)).split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return {
    status: Number(/^HTTP\/1\.\d (\d{3})/.exec(first)?.[1] ?? 0),
    headers,
    body: end < 0 ? "" : text.slice(end + 4),
    tookMs,
  };
}
