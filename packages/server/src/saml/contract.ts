import type { Random } from "#kernel";
import type { SamlError } from "./saml-error.ts";

/** How a message travels through the browser (saml-bindings-2.0-os): in a URL, or in a form that posts itself. */
export type SamlBinding = "redirect" | "post";

/** Where the identity provider takes messages. */
export interface SamlEndpoint {
  readonly url: string;
  readonly binding: SamlBinding;
}

/** A certificate of the identity provider. `retired` ones are never tried. */
export interface IdpCertificate {
  readonly pem: string;
  readonly state: "active" | "next" | "retired";
}

/** A key pair of ours, as PEM: PKCS #8 and an X.509 certificate. */
export interface SpKeyPair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** What of a connection matters for documents. Whether it is enabled, and whom it may sign in, is the caller's. */
export interface SamlTrust {
  /** How the identity provider knows us: the audience of every assertion. */
  readonly spEntityId: string;
  /** Where assertions are posted: exactly what Destination and Recipient must say. */
  readonly acsUrl: string;
  /** Where logout messages come in: exactly what their Destination must say. */
  readonly sloUrl: string;
  readonly idpEntityId: string;
  readonly sso: SamlEndpoint;
  readonly idpSlo: SamlEndpoint | null;
  /** At most four are tried: active ones first, then next ones. */
  readonly certificates: readonly IdpCertificate[];
  /** The NameID format that is asked for and expected; null: none is asked for, any is taken. */
  readonly nameIdFormat: string | null;
  /** Whether the assertion itself must be signed; otherwise the response's signature suffices. */
  readonly wantAssertionsSigned: boolean;
  readonly signRequests: boolean;
  /** Which AuthnContextClassRef suffice; empty: any. */
  readonly authnContexts: readonly string[];
  readonly signingKey: SpKeyPair;
  /** What opens encrypted assertions: the current key, then the retiring ones. */
  readonly decryptionKeys: readonly SpKeyPair[];
}

/** What a response must answer. */
export interface ExpectedAnswer {
  /** Id of the outstanding request; null: none is outstanding, and the caller allows unsolicited responses. */
  readonly requestId: string | null;
  /** When the request was written, in Unix milliseconds; for an unsolicited response, now. */
  readonly issuedAt: number;
  /** Whether the request asked for a new sign-in. */
  readonly forceAuthn: boolean;
}

/** One line of the "test connection" page. Details quote our settings and never an unverified document. */
export interface SamlCheck {
  /** Stable, in the order in which they are made: `size`, `encoding`, …, `differential`. */
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Whom the identity provider vouches for, read from verified bytes alone. Frozen. */
export interface SamlIdentity {
  /** Byte for byte what the provider sent: compare it exactly. 1 to 254 characters, no white space. */
  readonly nameId: string;
  /** The format it came with; null when it named none. */
  readonly nameIdFormat: string | null;
  readonly sessionIndex: string | null;
  readonly assertionId: string;
  /** The request it answers; null: unsolicited. */
  readonly requestId: string | null;
  /** Until when the replay record must be kept: the latest NotOnOrAfter and the skew, in Unix milliseconds. */
  readonly expiresAt: number;
  /** When the provider wants the session to end, in Unix milliseconds. */
  readonly sessionNotOnOrAfter: number | null;
  /** When the person signed in at the provider, in Unix milliseconds. */
  readonly authnInstant: number;
  readonly authnContext: string | null;
  /** Values by attribute name, in the document's order; of an attribute sent twice all values. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** SHA-256 of the certificate that verified it, in hex: tells success with a `next` one. */
  readonly certificateSha256: string;
  readonly checks: readonly SamlCheck[];
}

/** The outcome for the "test connection" page: the checks up to the one that failed. */
export type SamlExamination =
  | { readonly ok: true; readonly identity: SamlIdentity; readonly checks: readonly SamlCheck[] }
  | { readonly ok: false; readonly error: SamlError; readonly checks: readonly SamlCheck[] };

/** What a response says of itself before anything is verified: good for finding a request record, and nothing else. */
export interface PeekedResponse {
  /** Of the Response, or else of the readable SubjectConfirmationData; null: it answers no request, or hides which. */
  readonly inResponseTo: string | null;
}

/** A message for the identity provider, on its way through the browser. */
export type SamlDelivery =
  /** Answer 303 to it. */
  | { readonly binding: "redirect"; readonly url: string }
  /** Answer a page whose form posts the fields to the URL by itself. */
  | { readonly binding: "post"; readonly url: string; readonly fields: Readonly<Record<string, string>> };

export interface AuthnRequest {
  /** `_` and 32 hex digits. */
  readonly id: string;
  readonly nowMs: number;
  readonly forceAuthn: boolean;
}

/** A certificate as a person judges it. */
export interface CertificateFacts {
  readonly pem: string;
  /** SHA-256 of its DER, in hex. */
  readonly sha256: string;
  readonly subject: string;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyBits: number;
  /** Such as `sha256WithRSAEncryption`. */
  readonly signatureAlgorithm: string;
  /** SAML does not use validity: an expired one works, and is shown red. */
  readonly isExpired: boolean;
}

/** What metadata of an identity provider says. */
export interface IdpMetadata {
  readonly entityId: string;
  readonly sso: SamlEndpoint;
  readonly slo: SamlEndpoint | null;
  readonly certificates: readonly CertificateFacts[];
  readonly nameIdFormats: readonly string[];
  readonly wantAuthnRequestsSigned: boolean;
  /** Unix milliseconds; null: it never ends. */
  readonly validUntil: number | null;
  /** Whether it carried a signature, and whether a pinned certificate proved it. */
  readonly signature: "none" | "unchecked" | "verified";
  /** Sentences for the administrator who imports it. */
  readonly warnings: readonly string[];
}

/** What our metadata publishes. Certificates: the current one first, then the next. */
export interface SpDescription {
  readonly spEntityId: string;
  readonly acsUrl: string;
  readonly sloUrl: string;
  readonly nameIdFormat: string | null;
  readonly signRequests: boolean;
  /** Signs the metadata; its certificate is published first. */
  readonly signingKey: SpKeyPair;
  readonly nextSigningCertificatePem: string | null;
  /** PEM, current and next. Empty: encrypted assertions are not asked for. */
  readonly encryptionCertificatesPem: readonly string[];
}

export interface NewKeyPair {
  readonly random: Random;
  readonly nowMs: number;
  /** Such as the host of the public URL; shown at the provider. */
  readonly commonName: string;
}

/** A logout message as it came in, before anybody read it. */
export type IncomingLogout =
  /** The query of the URL as it was sent, without `?`: the signature is over its very characters. */
  | { readonly binding: "redirect"; readonly query: string }
  /** The body of the form as it was sent. */
  | { readonly binding: "post"; readonly body: string };

/** A verified logout message. */
export type LogoutMessage =
  | {
      readonly kind: "request";
      readonly id: string;
      readonly nameId: string;
      readonly nameIdFormat: string | null;
      /** Which sessions; empty: all of the subject. */
      readonly sessionIndexes: readonly string[];
      /** To be sent back with the response. */
      readonly relayState: string | null;
      /** Until when its id must be remembered as seen, in Unix milliseconds. */
      readonly expiresAt: number;
      readonly certificateSha256: string;
    }
  | {
      readonly kind: "response";
      readonly id: string;
      /** Id of the LogoutRequest of ours that it answers: the caller compares it. */
      readonly inResponseTo: string | null;
      readonly status: "success" | "partial" | "failed";
      readonly relayState: string | null;
      readonly certificateSha256: string;
    };

/** A logout that we start: our session has ended already. */
export interface LogoutRequest {
  /** `_` and 32 hex digits. */
  readonly id: string;
  readonly nowMs: number;
  readonly nameId: string;
  readonly nameIdFormat: string | null;
  readonly sessionIndex: string | null;
}

export interface LogoutAnswer {
  /** `_` and 32 hex digits. */
  readonly id: string;
  readonly nowMs: number;
  /** Id of the request that is answered. */
  readonly inResponseTo: string;
  /** `partial`: no session matched. */
  readonly status: "success" | "partial";
}
