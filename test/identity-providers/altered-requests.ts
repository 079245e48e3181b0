import { sign } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { makeTestKey } from "../../packages/server/src/saml/testing/test-keys.ts";

/** A request that was changed between the server and the provider. */
export interface AlteredRequest {
  readonly title: string;
  readonly url: string;
}

export const ELSEWHERE = "https://elsewhere.test/acs";

/**
 * What somebody between could make of a signed AuthnRequest (HTTP-Redirect binding). A provider that holds its
 * signature to what came takes none of them. Pure, but for a key that is made.
 *
 * @param genuine the address at the provider, as the server wrote it
 * @param other another of the server's requests, as genuine
 */
export function alterSamlRequest(genuine: string, other: string): readonly AlteredRequest[] {
  const [place = "", query = ""] = genuine.split("?", 2);
  const request = new URLSearchParams(query).get("SAMLRequest") ?? "";
  const xml = inflateRawSync(Buffer.from(request, "base64")).toString();
  const led = xml.replace(
    /AssertionConsumerServiceURL="[^"]*"/,
    `AssertionConsumerServiceURL="${ELSEWHERE}"`,
  );
  const encoded = encodeURIComponent(deflateRawSync(led).toString("base64"));
  const [otherRequest = ""] = /SAMLRequest=[^&]*/.exec(other) ?? [];
  const [unsigned = ""] = query.split("&Signature=", 1);
  const stranger = sign("sha256", Buffer.from(unsigned), makeTestKey("stranger").privateKeyPem);
  const altered: readonly (readonly [string, string])[] = [
    ["leads the answer elsewhere", query.replace(/SAMLRequest=[^&]*/, `SAMLRequest=${encoded}`)],
    ["carries the signature of another request", query.replace(/SAMLRequest=[^&]*/, otherRequest)],
    ["has another RelayState", query.replace(/RelayState=[^&]*/, "RelayState=elsewhere")],
    ["has lost its signature", query.replace(/&SigAlg=.*/, "")],
    ["is signed by a stranger", `${unsigned}&Signature=${encodeURIComponent(stranger.toString("base64"))}`],
  ];
  return altered.map(([title, changed]) => {
    if (changed === query) throw new Error(`Nothing was altered: it ${title}`);
    return { title, url: `${place}?${changed}` };
  });
}

/** What was changed of a request of OpenID Connect, which carries no signature: how each ends when it has come back. */
export interface AlteredAuthorization {
  readonly title: string;
  /** Parameters that have another value; null: that are gone. */
  readonly change: Readonly<Record<string, string | null>>;
  /** Whether the provider lets somebody sign in for it, since nothing of it is known to be wrong there. */
  readonly asksThere: boolean;
  /** Why the server refuses what comes back. */
  readonly code: string;
}

/** What somebody between could make of a request of OpenID Connect, whose answer still comes back. */
export const ALTERED_AUTHORIZATIONS: readonly AlteredAuthorization[] = [
  {
    title: "has lost PKCE",
    change: { code_challenge: null, code_challenge_method: null },
    asksThere: false,
    code: "oidc_denied",
  },
  {
    title: "weakens PKCE",
    change: { code_challenge_method: "plain" },
    asksThere: false,
    code: "oidc_denied",
  },
  // The answer is behind the address's #, where no server sees it.
  {
    title: "asks for a token in the address",
    change: { response_type: "token" },
    asksThere: false,
    code: "oidc_state",
  },
  {
    title: "has the digest of another secret",
    change: { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" },
    asksThere: true,
    code: "oidc_denied",
  },
  { title: "has another nonce", change: { nonce: "another" }, asksThere: true, code: "oidc_nonce" },
  { title: "has another state", change: { state: "another" }, asksThere: true, code: "oidc_state" },
];

/** An address with other parameters; null: without. Pure. */
export function withParameters(url: string, change: Readonly<Record<string, string | null>>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(change))
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  return changed.href;
}
