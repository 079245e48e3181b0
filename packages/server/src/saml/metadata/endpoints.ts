import type { SamlBinding, SamlEndpoint } from "../contract.ts";
import { SAML_LIMITS } from "../limits.ts";
import { BINDING_URI, NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed } from "../xml/element.ts";

/**
 * The endpoint of a service to use: by redirect if there is one, else by POST. Other bindings are not ours.
 *
 * @throws SamlError `saml_metadata_endpoint` if an address is not one a browser may be sent to
 */
export function endpointOf(descriptor: Element, service: string): SamlEndpoint | null {
  const endpoints = childrenNamed(descriptor, NS.metadata, service).flatMap((each): SamlEndpoint[] => {
    const binding = bindingOf(attributeOf(each, "Binding"));
    return binding === null ? [] : [{ url: checkedUrl(attributeOf(each, "Location") ?? ""), binding }];
  });
  return endpoints.find(({ binding }) => binding === "redirect") ?? endpoints[0] ?? null;
}

function bindingOf(uri: string | null): SamlBinding | null {
  if (uri === BINDING_URI.redirect) return "redirect";
  return uri === BINDING_URI.post ? "post" : null;
}

/** https, to a host, without credentials or a fragment. @throws SamlError `saml_metadata_endpoint` */
function checkedUrl(text: string): string {
  const url = text.length > SAML_LIMITS.urlChars ? null : URL.parse(text);
  const isPlain =
    url?.protocol === "https:" &&
    url.username === "" &&
    url.password === "" &&
    !text.includes("#") &&
    !/\s/.test(text);
  if (!isPlain) throw new SamlError("saml_metadata_endpoint");
  return text;
}
