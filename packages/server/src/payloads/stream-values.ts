import type { PlacedValue } from "./contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What an endpoint's frame may say beside what its app says: which run, which step, where to go on (wire-protocol 16.5). */
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  "inngest.metadata": ["runId"],
  "inngest.commit": ["hashedStepId"],
  "inngest.rollback": ["hashedStepId"],
  "inngest.redirect_info": ["runId", "url", "outputUrl"],
  "inngest.stream": ["hashedStepId"],
  "inngest.response": ["status"],
};

/** The member of a frame that is the app's. */
const CONTENT: Readonly<Record<string, string>> = {
  "inngest.stream": "data",
  "inngest.response": "response",
};

const FRAME = /^event: ([a-z._]{1,64})\ndata: ([^\n]*)$/;

/**
 * What an app says in the stream of a durable endpoint, frame by frame. Frames are of one form: an event's name, one line of
 * JSON. Whatever has another form is handed back as it is, for it could hold anything. Pure.
 */
export function streamValues(text: string): readonly PlacedValue[] {
  return text
    .split("\n\n")
    .filter((frame) => frame !== "" && frame !== ":")
    .map((frame) => ({ position: "stream" as const, value: contentOf(frame) }));
}

function contentOf(frame: string): unknown {
  const [, event = "", line = ""] = FRAME.exec(frame) ?? [];
  const own = OWN_MEMBERS[event];
  const data = parsedFields(line);
  if (own === undefined || data === null) return frame;
  const content = CONTENT[event];
  const isOwn = Object.entries(data).every(
    ([name, member]) => name === content || (own.includes(name) && isWord(member)),
  );
  if (!isOwn) return frame;
  return content === undefined ? undefined : data[content];
}

/** Ids, statuses and addresses are short texts. */
function isWord(value: unknown): boolean {
  return value === null || (typeof value === "string" && value.length <= 2048);
}

function parsedFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    // An object's members may be read by name.
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}
