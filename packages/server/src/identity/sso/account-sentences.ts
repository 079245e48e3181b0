/** Answers that were not even read, for administrators. */
export const UNREAD_SENTENCES = {
  saml_too_large: "The answer was larger than any that an identity provider sends.",
  saml_duplicate_parameter: "The answer came with a parameter twice, or in no form that a browser posts.",
} as const;

/** For administrators: what came, and where it is mended. */
export const ACCOUNT_SENTENCES = {
  sso_not_allowed:
    "The person's address is missing, lies outside the verified domains of this connection, or belongs to an account that it may not touch.",
  sso_denied_no_role:
    "The person is in no group that gives a role here: add the group to the connection's map, or the person to a group at the provider.",
  account_link_required:
    "There is an account with this address that has another way in: its owner signs in with it once, and the two are joined.",
} as const;
