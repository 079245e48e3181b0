import type { EnvelopeFormat } from "@holdfast/protocol";
import { readSealedText } from "@holdfast/protocol";

/** Which key a value was sealed with, as far as its envelope says. */
export interface KeyReference {
  readonly format: EnvelopeFormat;
  readonly keyId: string | null;
}

/** A sealed text of ours, wherever it stands: in a member, or in a text within a text. */
const SEALED = /hf1h?\.[0-9a-f]{12}\.[\w-]+\.[\w-]+/g;

/** The mark of the published format, in canonical JSON. */
const PUBLISHED = '"__ENCRYPTED__":true';

/**
 * Every envelope in a stored text, in no order. Looks at the text and not at its structure: what only looks like an envelope
 * is counted, and none is missed. Pure.
 *
 * @param text canonical JSON
 */
export function keyIdsIn(text: string): readonly KeyReference[] {
  const found: KeyReference[] = [];
  if (text.includes("hf1")) {
    for (const [sealed] of text.matchAll(SEALED)) {
      const keyId = readSealedText(sealed)?.keyId;
      if (keyId !== undefined) found.push({ format: "holdfast", keyId });
    }
  }
  for (let at = text.indexOf(PUBLISHED); at !== -1; at = text.indexOf(PUBLISHED, at + PUBLISHED.length))
    found.push({ format: "inngest", keyId: null });
  return found;
}
