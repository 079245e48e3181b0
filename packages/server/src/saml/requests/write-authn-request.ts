import type { AuthnRequest, SamlDelivery, SamlTrust } from "../contract.ts";
import { writeInstant } from "../instants.ts";
import { BINDING_URI, NS } from "../names.ts";
import { element } from "../xml/write-xml.ts";
import { deliver } from "./deliver.ts";

/**
 * Writes a request to sign somebody in (core 3.4.1), signed by RSA-SHA-256 unless the connection says otherwise. It asks for
 * no authentication context: several providers then refuse whoever signed in another way; the answer is checked instead.
 *
 * @param relayState handle of the request, at most 80 bytes
 */
export function writeAuthnRequest(trust: SamlTrust, request: AuthnRequest, relayState: string): SamlDelivery {
  const { xml } = element(
    "samlp:AuthnRequest",
    {
      "xmlns:samlp": NS.protocol,
      "xmlns:saml": NS.assertion,
      ID: request.id,
      Version: "2.0",
      IssueInstant: writeInstant(request.nowMs),
      Destination: trust.sso.url,
      AssertionConsumerServiceURL: trust.acsUrl,
      ProtocolBinding: BINDING_URI.post,
      ForceAuthn: request.forceAuthn ? "true" : null,
    },
    element("saml:Issuer", {}, trust.spEntityId),
    element("samlp:NameIDPolicy", { Format: trust.nameIdFormat, AllowCreate: "true" }),
  );
  const key = trust.signRequests ? trust.signingKey : null;
  return deliver({ to: trust.sso, parameter: "SAMLRequest", xml, relayState, key });
}
