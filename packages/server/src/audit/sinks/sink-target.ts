import { isAbsolute, normalize } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import type { StreamTarget } from "#egress";
import type { SinkSettings } from "./contract.ts";

/** The registered ports of syslog over TLS (RFC 5425) and over TCP. */
const SYSLOG_PORTS = { "tls:": 6514, "tcp:": 601 } as const;
const NAME_CHARS_MAX = 100;

/**
 * Holds what an operator says of a sink against the rules.
 *
 * @throws HoldfastError `request_invalid` naming what cannot be
 */
export function checkSettings({ kind, name, target }: SinkSettings): void {
  if (name.trim() === "" || name.length > NAME_CHARS_MAX || /\p{C}/u.test(name))
    throw invalid(`A sink's name is 1 to ${NAME_CHARS_MAX} visible characters.`);
  switch (kind) {
    case "file":
      checkPath(target);
      return;
    case "syslog":
      readSyslogTarget(target);
      return;
    case "https":
      checkUrl(target);
  }
}

/**
 * Where syslog goes. Not over UDP: what is lost there is lost without a word, and a log with holes proves nothing.
 *
 * @throws HoldfastError `request_invalid`
 */
export function readSyslogTarget(target: string): StreamTarget {
  const url = URL.parse(target);
  const scheme = url?.protocol;
  if (url === null || (scheme !== "tls:" && scheme !== "tcp:") || url.hostname === "")
    throw invalid(
      scheme === "udp:"
        ? "Syslog does not go over UDP, which loses lines without a word: use tls:// or tcp://."
        : "Syslog goes to tls://host:port or tcp://host:port.",
    );
  if (`${url.username}${url.password}${url.search}${url.hash}` !== "" || !["", "/"].includes(url.pathname))
    throw invalid("A syslog target is a host and a port, and nothing else.");
  const port = url.port === "" ? SYSLOG_PORTS[scheme] : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, secure: scheme === "tls:" };
}

/** By its name, so that the file of no other program can be appended to. */
function checkPath(target: string): void {
  if (!isAbsolute(target) || normalize(target) !== target || target.includes("\0"))
    throw invalid("A file sink's target is an absolute path, written without detours.");
  if (!target.endsWith(".jsonl")) throw invalid("A file sink's target ends in .jsonl.");
}

function checkUrl(target: string): void {
  const url = URL.parse(target);
  if (url?.protocol !== "https:") throw invalid("An https sink's target is an https URL.");
  // It is shown in lists and errors, and must hold no secret.
  if (`${url.username}${url.password}${url.search}${url.hash}` !== "")
    throw invalid("An https sink's target has no credentials, no query and no fragment.");
}

function invalid(message: string): HoldfastError {
  return new HoldfastError("request_invalid", message);
}
