/** One message of an event stream (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
  /** `message` unless the server named it otherwise. */
  readonly event: string;
  readonly data: string;
  /** The last id the stream has given so far, or "". */
  readonly id: string;
}

/** A message may take this many characters before the stream counts as broken. */
const MESSAGE_CHARS_MAX = 32 * 1024 * 1024;

/**
 * Reads an event stream piece by piece: give it text as it arrives, get back the messages it completed.
 *
 * Lines end in LF, CR LF or CR; a CR at the end of a piece waits for what follows, because an LF there belongs to it.
 *
 * @example
 * const read = createEventStreamReader();
 * read("data: 1\n");   // []
 * read("\ndata: 2");   // [{ event: "message", data: "1", id: "" }]
 * @throws {RangeError} when one message grows beyond 32 Mi characters.
 */
export function createEventStreamReader(): (piece: string) => readonly ServerSentEvent[] {
  let rest = "";
  let isFirst = true;
  let event = "";
  let data: string[] = [];
  let dataChars = 0;
  let id = "";

  return (piece) => {
    const messages: ServerSentEvent[] = [];
    let text = rest + piece;
    if (isFirst && text !== "") {
      isFirst = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    const heldBack = text.endsWith("\r") ? "\r" : "";
    const lines = text.slice(0, text.length - heldBack.length).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + heldBack;

    for (const line of lines) {
      if (line === "") {
        if (data.length > 0)
          messages.push({ event: event === "" ? "message" : event, data: data.join("\n"), id });
        event = "";
        data = [];
        dataChars = 0;
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      // A line that starts with a colon is a comment: its field is "", which is none of ours.
      if (field === "data") {
        data.push(value);
        dataChars += value.length;
      } else if (field === "event") event = value;
      else if (field === "id" && !value.includes("\0")) id = value;
    }
    if (rest.length + dataChars > MESSAGE_CHARS_MAX) {
      throw new RangeError(
        `Cannot read the event stream: one message is longer than ${MESSAGE_CHARS_MAX} characters.`,
      );
    }
    return messages;
  };
}
