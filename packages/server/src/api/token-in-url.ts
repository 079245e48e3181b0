import { readToken, TOKEN_PATTERN } from "@holdfast/protocol";

const TOKENS = new RegExp(TOKEN_PATTERN, "g");

/**
 * Operators' tokens in the target of a request, as they stand there or percent-encoded, anywhere in path and query. Whoever may
 * read a log of requests on the way has them now. Pure.
 */
export function tokensInUrl(target: string): readonly string[] {
  const text = target.includes("%") ? `${target}\n${decoded(target)}` : target;
  // Most requests have nothing to look at.
  if (!text.includes("hf_op_")) return [];
  return [...new Set(text.match(TOKENS))].filter((token) => readToken(token)?.kind === "op");
}

function decoded(text: string): string {
  // Byte by byte: what is broken elsewhere in the target does not hide a token, which is ASCII.
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
