/** What is inside of sealed data: the data, and what only its reader may know of it. */
export interface PlainData {
  readonly data: Readonly<Record<string, unknown>>;
  readonly replyTo?: { readonly runId: string; readonly stepId: string };
  /** Which members outside are blind indexes: they were made for the server, and are no part of the data. */
  readonly indexes?: readonly string[];
}

/** Reads the text of opened data; null when it is something else that was sealed. */
export function parsePlainData(value: unknown): PlainData | null {
  if (!isFields(value) || !isFields(value["data"])) return null;
  const { data, replyTo, indexes } = value;
  return {
    data,
    ...(isFields(replyTo) && typeof replyTo["runId"] === "string" && typeof replyTo["stepId"] === "string"
      ? { replyTo: { runId: replyTo["runId"], stepId: replyTo["stepId"] } }
      : {}),
    ...(Array.isArray(indexes) ? { indexes: indexes.filter((name) => typeof name === "string") } : {}),
  };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
