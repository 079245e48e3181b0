import { SAML_LIMITS } from "../limits.ts";
import { SamlError } from "../saml-error.ts";

const NAMES = ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"] as const;

type Name = (typeof NAMES)[number];

/** One parameter, as it was sent and as it is meant. */
export interface Parameter {
  readonly raw: string;
  readonly value: string;
}

export type LogoutParameters = ReadonlyMap<Name, Parameter>;

/**
 * Reads the parameters of a logout message from the characters that were sent. Each occurs once: of two, one reader verifies
 * the first and another acts on the last. Others are ignored, as bindings 3.4.4 has it.
 *
 * @param text a query without `?`, or the body of a form
 * @throws SamlError `saml_too_large`, `saml_duplicate_parameter`, `saml_encoding`
 */
export function readParameters(text: string, charsMax: number): LogoutParameters {
  if (text.length > charsMax) throw new SamlError("saml_too_large");
  const parameters = new Map<Name, Parameter>();
  for (const pair of text.split("&")) {
    const at = pair.indexOf("=");
    const rawName = at === -1 ? pair : pair.slice(0, at);
    const raw = at === -1 ? "" : pair.slice(at + 1);
    const name = NAMES.find((each) => each === decoded(rawName));
    if (name === undefined) continue;
    if (parameters.has(name)) throw new SamlError("saml_duplicate_parameter");
    // Spelled with escapes, a name would be found by some readers and not by others.
    if (rawName !== name) throw new SamlError("saml_encoding");
    parameters.set(name, { raw, value: decoded(raw) });
  }
  return parameters;
}

/** Which message it is. @throws SamlError `saml_structure` for none and for both, `saml_too_large` for a long RelayState */
export function messageOf(parameters: LogoutParameters): {
  readonly name: "SAMLRequest" | "SAMLResponse";
  readonly message: Parameter;
  readonly relayState: string | null;
} {
  const request = parameters.get("SAMLRequest");
  const response = parameters.get("SAMLResponse");
  const message = request ?? response;
  if (message === undefined || (request !== undefined && response !== undefined)) {
    throw new SamlError("saml_structure");
  }
  const relayState = parameters.get("RelayState")?.value ?? null;
  if (Buffer.byteLength(relayState ?? "") > SAML_LIMITS.logoutRelayStateBytes)
    throw new SamlError("saml_too_large");
  return { name: request === undefined ? "SAMLResponse" : "SAMLRequest", message, relayState };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new SamlError("saml_encoding");
  }
}
