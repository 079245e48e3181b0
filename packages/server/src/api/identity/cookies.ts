import type { FastifyReply, FastifyRequest } from "fastify";

/** The cookies of this server. What each holds is random, and means something to this server alone. */
export type CookieName = "session" | "signing-in" | "visit" | "link" | "passkey";

const LIFE_S: Readonly<Record<CookieName, number | null>> = {
  // As long as the browser is open; the server ends it.
  session: null,
  "signing-in": 300,
  visit: 600,
  link: 600,
  passkey: 300,
};

/** Whether a browser keeps to TLS here. Over plain http, on this machine alone, a cookie can promise less. */
export function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith("https://");
}

/** With `__Host-` no other host, and nothing without TLS, can set it (RFC 6265bis, 4.1.3.2). */
function nameOf(name: CookieName, secure: boolean): string {
  if (!secure) return `holdfast-${name}`;
  return name === "visit" ? "__Secure-holdfast-visit" : `__Host-holdfast-${name}`;
}

/** What a cookie holds, or null. One that is sent twice is taken for none: somebody else set one of them. */
export function readCookie(request: FastifyRequest, name: CookieName, publicUrl: string): string | null {
  const wanted = nameOf(name, isSecure(publicUrl));
  const values = (request.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${wanted}=`))
    .map((pair) => pair.slice(wanted.length + 1));
  const [value = null] = values;
  return values.length === 1 && value !== null && /^[\w-]{1,128}$/.test(value) ? value : null;
}

/**
 * Sets a cookie, or with null ends it. The one of a visit goes along when another site posts the browser back here, which
 * `SameSite=Lax` forbids; it says which browser began the visit, and opens nothing.
 */
export function setCookie(
  reply: FastifyReply,
  name: CookieName,
  value: string | null,
  publicUrl: string,
  path = "/",
): void {
  const secure = isSecure(publicUrl);
  const life = value === null ? 0 : LIFE_S[name];
  const site = name === "visit" && secure ? "None" : "Lax";
  const parts = [
    `${nameOf(name, secure)}=${value ?? ""}`,
    `Path=${path}`,
    "HttpOnly",
    `SameSite=${site}`,
    ...(secure ? ["Secure"] : []),
    ...(life === null ? [] : [`Max-Age=${life}`]),
  ];
  const before = reply.getHeader("set-cookie");
  const others = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.header("set-cookie", [...others, parts.join("; ")]);
}
