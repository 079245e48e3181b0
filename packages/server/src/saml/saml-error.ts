/**
 * Why a document was refused, by a stable code. Inward only: logs, the connection's diagnostics. A browser that is not
 * signed in learns none of it. Each sentence says what was expected, what came, and where to put it right.
 */
const SENTENCES = {
  // What arrives at all.
  saml_too_large:
    "The message is larger than 256 KiB. Have the provider send fewer attributes, above all fewer groups.",
  saml_encoding:
    "The message must be one parameter of base64 that holds strict UTF-8 without control characters. It was not; look for a proxy that changes forms, or a provider set to another encoding.",
  saml_forbidden_markup:
    "The message holds a DOCTYPE, a comment, a CDATA section or a processing instruction. No provider needs them; nothing of the message was read. If it is genuine, ask the provider why.",
  saml_too_complex:
    "The message has more than 3000 elements or nests deeper than 40. Have the provider send fewer attributes.",
  saml_xml: "The message is not one well-formed XML document. Look for a proxy that cuts or changes forms.",
  saml_structure:
    "The message does not have the shape of a SAML 2.0 message of its kind. Check that the provider sends a SAML 2.0 response to this URL, and an ordinary one.",
  saml_version: "The message must be SAML 2.0; it names another version. Choose SAML 2.0 at the provider.",
  saml_duplicate_id:
    "An ID occurs twice in the message, or is not a plain name. That is how signed parts are moved about; nothing of the message was read.",
  saml_assertion_count:
    "A response must hold exactly one assertion, directly inside it. This one holds none, several, or one elsewhere. Check the provider for a status it reports instead of a sign-in.",
  // Signatures and ciphers.
  saml_signature_position:
    "A signature stands where none may: expected directly in the response or the assertion, at most one in each. Nothing of the message was read.",
  saml_reference:
    "A signature must cover exactly the element it stands in. This one covers something else, or more. Nothing of the message was read.",
  saml_algorithm:
    "Signatures must use RSA with SHA-256 or SHA-512, and exclusive canonicalisation without comments. This one does not; set the provider's signature algorithm to RSA-SHA256, and its digest to SHA256.",
  saml_weak_encryption:
    "Encrypted assertions must use AES-GCM, or AES-CBC inside a signed response, and RSA-OAEP (MGF1 with SHA-1) for the key. Change the encryption algorithms at the provider.",
  saml_unsigned:
    "Neither the response nor the assertion is signed as demanded. Switch signing on at the provider.",
  saml_signature:
    "No trusted certificate of this connection verifies the signature. Compare the certificate here with the one the provider signs with now; it may have been changed there.",
  saml_decrypt:
    "The encrypted assertion does not open with our keys. Give the provider the encryption certificate of our current metadata.",
  // What the provider says.
  saml_status:
    "The provider reports an error instead of a sign-in. Its own log says why; often the person is not assigned to this application.",
  saml_issuer:
    "The issuer must be the entity id of this connection's provider, character for character. Compare the entity id here with the one in the provider's metadata.",
  saml_destination:
    "The response is addressed to another URL. Set the assertion consumer service (reply) URL at the provider to the one shown here, character for character.",
  saml_recipient:
    "The assertion is meant for another URL. Set the recipient at the provider to the assertion consumer service URL shown here, character for character.",
  saml_audience:
    "The assertion is meant for another application, or does not say for which. Set the audience at the provider to the entity id shown here.",
  saml_nameid:
    "The NameID must be one text of 1 to 254 characters without white space, in the format that this connection expects. Check which attribute the provider sends as NameID, and in which format.",
  saml_subject_confirmation:
    "The assertion must be confirmed in exactly one way, as a bearer assertion with data and without NotBefore. Choose the web browser sign-on profile at the provider.",
  saml_in_response_to:
    "The response does not answer the sign-in that this browser started. Start again from our sign-in page; an old tab or a bookmark of the provider's page is the usual reason.",
  saml_unsolicited:
    "The response was to be one that nobody asked for, and answers a request. Start again from our sign-in page.",
  // Time.
  saml_time_missing:
    "The assertion must say until when it holds, and does not. Set its lifetime at the provider.",
  saml_time_format:
    "Times must be written in UTC like 2026-11-22T10:00:00Z. Check the provider's settings for time zones.",
  saml_not_yet_valid:
    "The assertion holds only from a later time. Compare the clocks of the provider and this server.",
  saml_expired:
    "The assertion no longer holds. Compare the clocks of the provider and this server; if they agree, the sign-in took too long.",
  saml_lifetime:
    "The assertion holds for longer than is allowed: an hour, or five minutes if nobody asked for it. Shorten its lifetime at the provider.",
  saml_too_old: "The assertion was issued more than ten minutes ago. Compare the clocks, and start again.",
  saml_session_expired: "The session at the provider has ended already. Sign in there again.",
  // How the person signed in there.
  saml_authn_statement:
    "The assertion must say exactly once how and when the person signed in. Check which statements the provider sends.",
  saml_authn_context:
    "The person did not sign in as demanded: not in one of the ways configured here, or not anew although that was asked for. Check the provider's sign-on policy, or the list here.",
  saml_differential:
    "Two readings of the same signed message differ. Nobody was signed in. Keep the message from the provider's log and report it to us.",
  // What the caller finds.
  saml_browser_mismatch:
    "The response came from another browser than the one that started the sign-in. Start again; if nobody did, somebody tried to use a stolen or a planted response.",
  saml_replay: "The assertion was used before. Start again from our sign-in page.",
  saml_unknown_connection:
    "No connection that is switched on has this address. Check the URL set at the provider.",
  saml_duplicate_parameter: "A parameter occurs more than once. No provider sends that; nothing was done.",
  // Settings.
  saml_metadata:
    "The text is not metadata of one SAML 2.0 identity provider with an entity id. Fetch the provider's metadata again, and choose that of the identity provider.",
  saml_metadata_choice: "The metadata describes several providers. Choose one, and give its own metadata.",
  saml_metadata_expired: "The metadata was valid until a time that has passed. Fetch it again.",
  saml_metadata_endpoint:
    "The metadata must name a sign-on address by the redirect or POST binding, and every address must be https without credentials. Correct it at the provider.",
  saml_metadata_signature:
    "The metadata's signature is not by the certificate that was given. Do not use it.",
  saml_certificate:
    "A signing certificate must be one X.509 certificate with an RSA key of at least 2048 bits, signed with SHA-256 or better. Renew it at the provider.",
} as const;

export type SamlCode = keyof typeof SENTENCES;

/** Every code, for the reference and its test. */
export const SAML_CODES = Object.keys(SENTENCES) as readonly SamlCode[];

/** What an administrator should read about a code. */
export function sentenceOf(code: SamlCode): string {
  return SENTENCES[code];
}

/** A refused document. Neither message nor cause quotes it: whoever sent it chose its words. */
export class SamlError extends Error {
  override readonly name = "SamlError";
  readonly code: SamlCode;
  /** With `saml_metadata_choice`: the entity ids to choose from. */
  readonly choices: readonly string[];

  constructor(code: SamlCode, choices: readonly string[] = []) {
    super(SENTENCES[code]);
    this.code = code;
    this.choices = choices;
  }
}

/** Whether a value is a SAML error, optionally of one code. */
export function isSamlError(value: unknown, code?: SamlCode): value is SamlError {
  return value instanceof SamlError && (code === undefined || value.code === code);
}
