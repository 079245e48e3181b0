import type { SinkLine } from "./contract.ts";

/** Facility 13, "log audit" (RFC 5424, 6.2.1). */
const FACILITY = 13;
const NOTICE = 5;
const WARNING = 4;

/** Who sends, as a syslog header says it. */
export interface SyslogSender {
  readonly host: string;
  readonly process: string;
}

/** A line as a message of RFC 5424, in a frame that counts its bytes (RFC 6587, 3.4.1). */
export function syslogFrame({ about, at, isRefusal, text }: SinkLine, sender: SyslogSender): string {
  const priority = FACILITY * 8 + (isRefusal ? WARNING : NOTICE);
  const time = new Date(at).toISOString();
  const header = `<${priority}>1 ${time} ${word(sender.host, 255)} holdfast ${word(sender.process, 128)} ${word(about, 32)} -`;
  const message = `${header} ${text}`;
  return `${Buffer.byteLength(message)} ${message}`;
}

/** What a header may hold: printable ASCII without spaces; "-" for nothing. */
function word(text: string, charsMax: number): string {
  return text.replace(/[^\x21-\x7e]/g, "_").slice(0, charsMax) || "-";
}
