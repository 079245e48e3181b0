import { encodeForPost } from "../identity-provider.ts";
import type { BatteryRow } from "./row.ts";
import { changed, genuine } from "./row.ts";

const FORBIDDEN = "saml_forbidden_markup";

/** Text that two readers see differently, and documents that cost (rows 14 to 18, 33 to 36, 40 and 41). */
export const MARKUP: readonly BatteryRow[] = [
  changed("14a", "comment splits the NameID", FORBIDDEN, (xml) =>
    xml.replace(">u-7391<", ">u-<!-- -->7391<"),
  ),
  changed("14b", "CDATA splits the NameID", FORBIDDEN, (xml) =>
    xml.replace(">u-7391<", ">u-<![CDATA[7391]]><"),
  ),
  changed("14c", "comment splits the e-mail", FORBIDDEN, (xml) =>
    xml.replace(">ada@example.com<", ">ada@example.com<!-- -->.evil.example<"),
  ),
  changed("15a", "processing instruction hides a prefix of the NameID", FORBIDDEN, (xml) =>
    xml.replace(">u-7391<", "><?x u-?>7391<"),
  ),
  changed("15b", "processing instruction hides a prefix of the e-mail", FORBIDDEN, (xml) =>
    xml.replace(">ada@example.com<", "><?x ada?>@example.com<"),
  ),
  changed("16", "comment in DigestValue", FORBIDDEN, (xml) =>
    xml.replace(/(<ds:DigestValue>)/, "$1<!--AAAA-->"),
  ),
  changed("17", "two SignedInfo", "saml_structure", (xml) => {
    const [signedInfo = ""] = /<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>/.exec(xml) ?? [];
    return xml.replace(signedInfo, () => signedInfo + signedInfo);
  }),
  changed(
    "18a",
    "internal entity",
    FORBIDDEN,
    (xml) => `<!DOCTYPE a [<!ENTITY who "owner">]>${xml.replace(">u-7391<", ">&who;<")}`,
  ),
  changed("18b", "DOCTYPE and nothing more", FORBIDDEN, (xml) => `<!DOCTYPE a>${xml}`),
  changed(
    "18c",
    "external entity",
    FORBIDDEN,
    (xml) => `<!DOCTYPE a [<!ENTITY who SYSTEM "file:///etc/passwd">]>${xml.replace(">u-7391<", ">&who;<")}`,
  ),
  changed("18d", "entity bomb", FORBIDDEN, (xml) => {
    const bomb = "bcdefgh".replace(/./g, (name) => {
      const inner = `&${String.fromCharCode(name.charCodeAt(0) - 1)};`.repeat(10);
      return `<!ENTITY ${name} "${inner}">`;
    });
    return `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${bomb}]>${xml.replace(">u-7391<", ">&h;<")}`;
  }),
  changed("33a", "relative namespace URI", "saml_structure", (xml) =>
    xml.replace("<samlp:Response ", '<samlp:Response xmlns:x="relative/uri" '),
  ),
  changed("33b", "attribute pollution by samlp:ID", "saml_structure", (xml) =>
    xml.replace("<saml:Assertion ", '<saml:Assertion samlp:ID="_other" '),
  ),
  changed("34a", "two roots", "saml_xml", (xml) => xml + xml.replace(/ID="_/g, 'ID="_x')),
  changed("34b", "text before the root", "saml_xml", (xml) => `hello ${xml}`),
  changed("35", "20 000 nested elements", "saml_too_complex", (xml) => {
    const count = 20_000;
    const nest = `${"<a>".repeat(count)}${"</a>".repeat(count)}`;
    return xml.replace("<samlp:Status>", `<samlp:Extensions>${nest}</samlp:Extensions><samlp:Status>`);
  }),
  changed("36", "3 000 more signatures, 4 MB", "saml_too_large", (xml) => {
    const signature = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(xml)?.[0] ?? "";
    return xml.replace("<samlp:Status>", () => `${signature.repeat(3_000)}<samlp:Status>`);
  }),
  {
    number: "40",
    title: "UTF-16",
    expected: "saml_encoding",
    make: (kit, mode) => Buffer.from(`\uFEFF${genuine(kit, mode)}`, "utf16le").toString("base64"),
  },
  changed("41", "reference to NUL in the NameID", "saml_encoding", (xml) =>
    xml.replace(">u-7391<", ">u-7391&#0;<"),
  ),
  {
    number: "32",
    title: "genuine signed LogoutResponse",
    expected: "saml_structure",
    make: (kit, mode) =>
      encodeForPost(
        genuine(kit, mode)
          .replaceAll("samlp:Response", "samlp:LogoutResponse")
          .replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, ""),
      ),
  },
];
