import { encodeForPost, instantAt } from "../identity-provider.ts";
import type { BatteryRow } from "./row.ts";
import { changed, genuine, misstated } from "./row.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const OTHER_REQUEST = "_ffffffffffffffffffffffffffffffff";

/** Documents that are signed as they should be and say what they should not (rows 19 to 25, 28 to 30). */
export const STATEMENTS: readonly BatteryRow[] = [
  misstated("19a", "audience of another application", "saml_audience", () => ({
    audiences: [["https://other.example/saml"]],
  })),
  misstated("19b", "no audience", "saml_audience", () => ({ audiences: [] })),
  misstated("19c", "no Conditions", "saml_audience", () => ({ hasConditions: false })),
  misstated(
    "19d",
    "two audience restrictions, one of another application",
    "saml_audience",
    ({ audiences }) => ({
      audiences: [...audiences, ["https://other.example/saml"]],
    }),
  ),
  misstated("20a", "everything expired", "saml_expired", (says, { situation }) => ({
    notOnOrAfter: instantAt(situation, -2 * MINUTE),
    confirmation: { ...says.confirmation, NotOnOrAfter: instantAt(situation, -2 * MINUTE) },
  })),
  misstated("20b", "only the confirmation expired", "saml_expired", (says, { situation }) => ({
    confirmation: { ...says.confirmation, NotOnOrAfter: instantAt(situation, -2 * MINUTE) },
  })),
  misstated("20c", "only the conditions expired", "saml_expired", (_, { situation }) => ({
    notOnOrAfter: instantAt(situation, -2 * MINUTE),
  })),
  misstated("20d", "not yet valid", "saml_not_yet_valid", (_, { situation }) => ({
    notBefore: instantAt(situation, 2 * MINUTE),
  })),
  misstated("20e", "no NotOnOrAfter at all", "saml_time_missing", (says) => ({
    notOnOrAfter: null,
    confirmation: { ...says.confirmation, NotOnOrAfter: null },
  })),
  misstated("20f", "no SubjectConfirmationData", "saml_subject_confirmation", () => ({ confirmation: null })),
  misstated("20g", "no SubjectConfirmation", "saml_subject_confirmation", () => ({ hasConfirmation: false })),
  misstated("20h", "valid for ten years, issued 30 days ago", "saml_lifetime", (says, { situation }) => ({
    issueInstant: instantAt(situation, -30 * DAY),
    notBefore: instantAt(situation, -30 * DAY),
    notOnOrAfter: instantAt(situation, 3_650 * DAY),
    confirmation: { ...says.confirmation, NotOnOrAfter: instantAt(situation, 3_650 * DAY) },
  })),
  misstated("20i", "SessionNotOnOrAfter in the past", "saml_session_expired", (_, { situation }) => ({
    sessionNotOnOrAfter: instantAt(situation, -1),
  })),
  misstated("21a", "Recipient other", "saml_recipient", (says) => ({
    confirmation: { ...says.confirmation, Recipient: "https://other.example/acs" },
  })),
  misstated("21b", "Recipient absent", "saml_recipient", (says) => ({
    confirmation: { ...says.confirmation, Recipient: null },
  })),
  misstated("21c", "Destination other", "saml_destination", () => ({
    destination: "https://other.example/acs",
  })),
  changed(
    "21d",
    "Destination changed after signing",
    { assertion: "saml_destination", response: "saml_signature", both: "saml_signature" },
    (xml) => xml.replace(/Destination="[^"]*"/, 'Destination="https://other.example/acs"'),
    "Where the response is signed, its signature covers the Destination and fails first.",
  ),
  misstated("22a", "issuer of the assertion other", "saml_issuer", () => ({
    issuer: "https://evil.example",
  })),
  misstated("22b", "issuer of the response other", "saml_issuer", () => ({
    responseIssuer: "https://evil.example",
  })),
  misstated("23a", "request id unknown", "saml_in_response_to", (says) => ({
    responseInResponseTo: OTHER_REQUEST,
    confirmation: { ...says.confirmation, InResponseTo: OTHER_REQUEST },
  })),
  misstated("23b", "unsolicited", "saml_in_response_to", (says) => ({
    responseInResponseTo: null,
    confirmation: { ...says.confirmation, InResponseTo: null },
  })),
  misstated("23c", "request id only on the response", "saml_in_response_to", (says) => ({
    confirmation: { ...says.confirmation, InResponseTo: null },
  })),
  misstated("23d", "assertion answers another request", "saml_in_response_to", (says) => ({
    confirmation: { ...says.confirmation, InResponseTo: OTHER_REQUEST },
  })),
  misstated("24", "status Requester with an assertion", "saml_status", () => ({
    status: "urn:oasis:names:tc:SAML:2.0:status:Requester",
  })),
  misstated("25", "holder-of-key confirmation", "saml_subject_confirmation", () => ({
    confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
  })),
  misstated("28a", "empty NameID", "saml_nameid", ({ nameId }) => ({ nameId: nameId.replace("u-7391", "") })),
  misstated("28b", "two NameIDs", "saml_structure", ({ nameId }) => ({
    nameId: nameId + nameId.replace("u-7391", "owner"),
  })),
  misstated("28c", "white space around the NameID", "saml_nameid", ({ nameId }) => ({
    nameId: nameId.replace("u-7391", " u-7391 "),
  })),
  misstated("29a", "attribute named __proto__", null, ({ attributes }) => ({
    attributes: [...attributes, ["__proto__", "isAdmin"]],
  })),
  misstated("29b", "attribute named nameID", null, ({ attributes }) => ({
    attributes: [...attributes, ["nameID", "owner"]],
  })),
  misstated("30", "Version 1.1", "saml_version", () => ({ version: "1.1" })),
  {
    number: "R2",
    title: "same assertion again, without the inner request id",
    expected: "saml_in_response_to",
    make: (kit, mode) => {
      const { nowMs, acsUrl } = kit.situation;
      const NotOnOrAfter = new Date(nowMs + MINUTE).toISOString();
      return encodeForPost(genuine(kit, mode, { confirmation: { NotOnOrAfter, Recipient: acsUrl } }));
    },
  },
];
