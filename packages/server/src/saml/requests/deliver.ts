import { constants, sign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { SamlDelivery, SamlEndpoint, SpKeyPair } from "../contract.ts";
import { RSA_SHA256 } from "../names.ts";
import { signXml } from "../xml/sign-xml.ts";

/** A message of ours, ready to travel. */
export interface Outgoing {
  readonly to: SamlEndpoint;
  readonly parameter: "SAMLRequest" | "SAMLResponse";
  readonly xml: string;
  readonly relayState: string | null;
  /** Null: it travels unsigned. */
  readonly key: SpKeyPair | null;
}

/**
 * Sends a message through the browser. By redirect it is deflated, and the signature is over the query's very characters
 * (bindings 3.4.4.1); by POST the document itself is signed (3.5).
 */
export function deliver({ key, parameter, relayState, to, xml }: Outgoing): SamlDelivery {
  if (to.binding === "redirect") {
    const query = redirectQuery(parameter, xml, relayState, key);
    return { binding: "redirect", url: `${to.url}${to.url.includes("?") ? "&" : "?"}${query}` };
  }
  const message = key === null ? xml : signXml(xml, key, "after-issuer");
  const encoded = Buffer.from(message).toString("base64");
  const fields = { [parameter]: encoded, ...(relayState === null ? {} : { RelayState: relayState }) };
  return { binding: "post", url: to.url, fields };
}

function redirectQuery(
  parameter: string,
  xml: string,
  relayState: string | null,
  key: SpKeyPair | null,
): string {
  const message = `${parameter}=${encodeURIComponent(deflateRawSync(xml).toString("base64"))}`;
  const state = relayState === null ? "" : `&RelayState=${encodeURIComponent(relayState)}`;
  if (key === null) return message + state;
  const signed = `${message}${state}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  const padding = constants.RSA_PKCS1_PADDING;
  const signature = sign("sha256", Buffer.from(signed), { key: key.privateKeyPem, padding });
  return `${signed}&Signature=${encodeURIComponent(signature.toString("base64"))}`;
}
