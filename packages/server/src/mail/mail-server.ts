import { readFileSync } from "node:fs";
import { HoldfastError } from "@holdfast/protocol";

/** A mail server, as its URL says. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte on. */
  readonly isSecure: boolean;
  /** Nothing is said before TLS was begun by STARTTLS (RFC 3207). */
  readonly needsTls: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

const PORTS = { "smtps:": 465, "smtp:": 587 } as const;
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Reads `smtps://user:password@host:port`, or `smtp://…` for STARTTLS, which is insisted on but for a server on this machine. What is
 * special in a URL is written as `%xx`.
 *
 * @throws HoldfastError `config_invalid` naming the file, never what is in it
 */
export function readMailServer(path: string): MailServer {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new HoldfastError("config_invalid", `Cannot read ${path}, which names the mail server.`, { cause });
  }
  const url = URL.parse(text);
  const isSecure = url?.protocol === "smtps:";
  if (
    url === null ||
    (!isSecure && url.protocol !== "smtp:") ||
    url.hostname === "" ||
    url.pathname.length > 1
  )
    throw new HoldfastError(
      "config_invalid",
      `${path} must hold one URL of a mail server, such as smtps://user:password@mail.example.org.`,
    );
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? PORTS[isSecure ? "smtps:" : "smtp:"] : Number(url.port),
    isSecure,
    needsTls: !isSecure && !LOOPBACK.has(url.hostname),
    auth:
      url.username === ""
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
  };
}
