/** Every bound of this room. A message that breaks one is refused before it costs anything. */
export const SAML_LIMITS = {
  /** A parameter, in base64 characters. */
  encodedChars: 256 * 1024,
  elements: 3_000,
  depth: 40,
  /** Of all elements together. */
  attributesInAll: 5_000,
  /** Of one element. The parser compares each with all others. */
  attributesPerElement: 64,
  /** Difference of clocks that is forgiven, each way. */
  skewMs: 60_000,
  /** From IssueInstant to the latest NotOnOrAfter. */
  lifetimeMs: 60 * 60_000,
  unsolicitedLifetimeMs: 5 * 60_000,
  /** Since IssueInstant. */
  ageMs: 10 * 60_000,
  nameIdChars: 254,
  /** What a person may have, in the sense of SAML. */
  attributes: 200,
  attributeValues: 2_000,
  certificatesTried: 4,
  metadataChars: 1024 * 1024,
  metadataElements: 20_000,
  metadataAttributes: 40_000,
  urlChars: 2_048,
  logoutQueryChars: 64 * 1024,
  logoutInflatedBytes: 64 * 1024,
  logoutAgeMs: 5 * 60_000,
  /** What a provider may have us send back. Ours are 80 bytes at most. */
  logoutRelayStateBytes: 1_024,
} as const;
