import { SamlError } from "./saml-error.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const TO_SECONDS_CHARS = 19;

/**
 * A time of SAML (core 1.3.3), always in UTC: `YYYY-MM-DDThh:mm:ss(.fff)Z`, in Unix milliseconds.
 *
 * @throws SamlError `saml_time_format`, also for a day or an hour that does not exist
 */
export function readInstant(text: string): number {
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  // A parser may take the 30th of February for the 1st of March.
  const exists =
    !Number.isNaN(at) && writeInstant(at).slice(0, TO_SECONDS_CHARS) === text.slice(0, TO_SECONDS_CHARS);
  if (!exists) throw new SamlError("saml_time_format");
  return at;
}

/** As `readInstant`. @throws SamlError `saml_time_missing` for null, too */
export function readRequiredInstant(text: string | null): number {
  if (text === null) throw new SamlError("saml_time_missing");
  return readInstant(text);
}

export function writeInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}
