import { EXC_C14N, encodeForPost } from "../identity-provider.ts";
import type { BatteryRow } from "./row.ts";
import { changed, genuine } from "./row.ts";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED = `${DSIG}enveloped-signature`;
const XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116";

/** Keys, algorithms and what a signature covers (rows 26, 27, 37 to 39). */
export const ALGORITHMS: readonly BatteryRow[] = [
  {
    number: "26a",
    title: "signed by another key, with its own certificate",
    expected: "saml_signature",
    make: (kit, mode) => encodeForPost(genuine(kit, mode, {}, { key: kit.strangerKey })),
  },
  {
    number: "26b",
    title: "signed by another key, with the trusted certificate",
    expected: "saml_signature",
    make: (kit, mode) =>
      encodeForPost(genuine(kit, mode, {}, { key: kit.strangerKey, keyInfoPem: kit.idpKey.certificatePem })),
  },
  {
    number: "27a",
    title: "RSA with SHA-1",
    expected: "saml_algorithm",
    make: (kit, mode) => encodeForPost(genuine(kit, mode, {}, { signatureAlgorithm: `${DSIG}rsa-sha1` })),
  },
  {
    number: "27b",
    title: "digest by SHA-1",
    expected: "saml_algorithm",
    make: (kit, mode) => encodeForPost(genuine(kit, mode, {}, { digestAlgorithm: `${DSIG}sha1` })),
  },
  {
    number: "27c",
    title: "HMAC with the public certificate as the secret",
    expected: "saml_algorithm",
    make: (kit, mode) => encodeForPost(genuine(kit, mode, {}, { hmacSecret: kit.idpKey.certificatePem })),
  },
  changed("27d", "algorithm none", "saml_algorithm", (xml) =>
    xml
      .replace(/(<ds:SignatureMethod Algorithm=")[^"]*/g, `$1${DSIG}none`)
      .replace(/(<ds:SignatureValue>)[^<]*/g, "$1"),
  ),
  changed("27e", "empty SignatureValue", "saml_signature", (xml) =>
    xml.replace(/(<ds:SignatureValue>)[^<]*/g, "$1"),
  ),
  changed("37", "second Reference in SignedInfo", "saml_reference", (xml) => {
    const [reference = ""] = /<ds:Reference [\s\S]*?<\/ds:Reference>/.exec(xml) ?? [];
    return xml.replace(reference, () => reference + reference);
  }),
  changed("38", "XSLT transform", "saml_algorithm", (xml) =>
    xml.replace("</ds:Transforms>", `<ds:Transform Algorithm="${XSLT}"/></ds:Transforms>`),
  ),
  {
    number: "39a",
    title: "signed by canonicalisation with comments",
    expected: "saml_algorithm",
    make: (kit, mode) => encodeForPost(withComments(genuine, kit, mode)),
  },
  {
    number: "39b",
    title: "signed by canonicalisation with comments, then a comment added",
    expected: "saml_forbidden_markup",
    why: "The comment is seen before any signature is.",
    make: (kit, mode) =>
      encodeForPost(withComments(genuine, kit, mode).replace(">u-7391<", ">u-<!-- -->7391<")),
  },
];

function withComments(make: typeof genuine, ...[kit, mode]: Parameters<BatteryRow["make"]>): string {
  const canonicalization = `${EXC_C14N}WithComments`;
  return make(kit, mode, {}, { canonicalization, transforms: [ENVELOPED, canonicalization] });
}
