/** SAML 2.0 as a service provider: documents are verified and written, and nothing is kept. */
export type {
  AuthnRequest,
  CertificateFacts,
  ExpectedAnswer,
  IdpCertificate,
  IdpMetadata,
  IncomingLogout,
  LogoutAnswer,
  LogoutMessage,
  LogoutRequest,
  NewKeyPair,
  PeekedResponse,
  SamlBinding,
  SamlCheck,
  SamlDelivery,
  SamlEndpoint,
  SamlExamination,
  SamlIdentity,
  SamlTrust,
  SpDescription,
  SpKeyPair,
} from "./contract.ts";
export { readLogoutMessage } from "./logout/read-logout.ts";
export { writeLogoutRequest, writeLogoutResponse } from "./logout/write-logout.ts";
export { readCertificate } from "./metadata/read-certificate.ts";
export { readIdpMetadata } from "./metadata/read-idp-metadata.ts";
export { newSpKeyPair } from "./metadata/sp-key-pair.ts";
export { writeSpMetadata } from "./metadata/write-sp-metadata.ts";
export { examineResponse, peekResponse, readResponse } from "./read-response.ts";
export { writeAuthnRequest } from "./requests/write-authn-request.ts";
export type { SamlCode } from "./saml-error.ts";
export { isSamlError, SAML_CODES, SamlError, sentenceOf } from "./saml-error.ts";
