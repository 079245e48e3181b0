/** What names that the server itself gives begin with; nobody else may give one. */
const RESERVED_PREFIX = "INNGEST/";

/** Printable ASCII: nothing to fold, nothing that hides. */
const PLAIN = /^[\x21-\x7e]+$/;

/** Slashes that a reader takes for `/` and that no decomposition makes one. */
const SLASHES = /[\u2044\u2215\u29f8]/g;

/** What is not seen, or sits on another character: marks, control and format characters, fillers, white space. */
const HIDDEN = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}\s]/gu;

/**
 * Whether a name reads as one of the server's own: in any case, in full-width letters, or with marks and invisible
 * characters in it. Letters of other scripts that look alike are not folded; such a name starts nothing of the server's.
 */
export function isReserved(name: string): boolean {
  const plain = PLAIN.test(name) ? name : name.normalize("NFKD").replace(HIDDEN, "").replace(SLASHES, "/");
  // Upper case, because it folds the dotless i and the long s as well.
  return plain.slice(0, RESERVED_PREFIX.length).toUpperCase() === RESERVED_PREFIX;
}
