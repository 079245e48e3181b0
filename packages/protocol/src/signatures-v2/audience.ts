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
  const [environmentPart, appPart, ...more] = text.split("/");
  if (environmentPart === undefined || appPart === undefined || more.length > 0) return null;
  try {
    const audience = { environment: decodeURIComponent(environmentPart), app: decodeURIComponent(appPart) };
    return formatAudience(audience) === text ? audience : null;
  } catch (error) {
    // What is not percent-encoding.
    if (error instanceof URIError) return null;
    throw error;
  }
}
