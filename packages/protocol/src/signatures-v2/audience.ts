/** For whom a request is. Either may be empty, when its sender does not know it. */
export interface Audience {
  readonly environment: string;
  readonly app: string;
}

/** Value of `Holdfast-Audience`: environment and app, percent-encoded, with a slash between them. */
export function formatAudience({ app, environment }: Audience): string {
  return `${encodeURIComponent(environment.toWellFormed())}/${encodeURIComponent(app.toWellFormed())}`;
}

/** Reads `Holdfast-Audience`; null for what `formatAudience` would not have written. */
export function parseAudience(text: string): Audience | null {
  const [environment = "", app = ""] = text.split("/");
  try {
    const audience = { environment: decodeURIComponent(environment), app: decodeURIComponent(app) };
    // Too few parts, too many, and other spellings of the same are written otherwise.
    return formatAudience(audience) === text ? audience : null;
  } catch {
    // It is not percent-encoding: nothing else is thrown here.
    return null;
  }
}
