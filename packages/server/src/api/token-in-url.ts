import type { TokenKind } from "@holdfast/protocol";
import { readToken, TOKEN_PATTERN } from "@holdfast/protocol";

/** Kinds that must not be there; the protocol has event keys in the path. */
const KINDS: ReadonlySet<TokenKind | undefined> = new Set<TokenKind>(["op", "svc", "scim"]);
const TOKENS = new RegExp(TOKEN_PATTERN, "g");

/**
 * Tokens of operators, service accounts and directories in the target of a request, as they stand there or percent-encoded, anywhere in path and query. Whoever may
 * read a log of requests on the way has them now. Pure.
 */
export function tokensInUrl(target: string): readonly string[] {
  const text = target.includes("%") ? `${target}\n${decoded(target)}` : target;
  // Most requests have nothing to look at.
  if (!/hf_(?:op|svc|scim)_/.test(text)) return [];
  return [...new Set(text.match(TOKENS))].filter((token) => KINDS.has(readToken(token)?.kind));
}

function decoded(text: string): string {
  // Byte by byte: what is broken elsewhere in the target does not hide a token, which is ASCII.
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
