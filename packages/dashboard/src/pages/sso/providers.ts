import type { AttributeNames, SsoConnection } from "@holdfast/client";

/** An identity provider, in the words of its own pages. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Where in its pages this is done. */
  readonly place: string;
  /** How it calls what it is given. */
  readonly give: {
    readonly acs: string;
    readonly entityId: string;
    readonly nameId: string;
    readonly hints?: readonly string[];
  };
  /** How it calls what it gives; `url`: where its metadata can be fetched, when it can. */
  readonly paste: {
    readonly url: string | null;
    readonly urlExample: string;
    readonly entityId: string;
    readonly ssoUrl: string;
    readonly certificate: string;
    readonly hint: string;
  };
  /** Attributes as it sends them unless somebody changed it. */
  readonly attributes: AttributeNames;
  readonly groupsHint: string;
  /** How its issuer looks, for OIDC. */
  readonly issuerExample: string;
}

const XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const PLAIN: AttributeNames = { email: "email", name: "name", groups: "groups" };

export const PROVIDERS = [
  {
    id: "okta",
    name: "Okta",
    place: "Applications → Create App Integration → SAML 2.0",
    give: {
      acs: "Single sign-on URL",
      entityId: "Audience URI (SP Entity ID)",
      nameId: "Name ID format",
      hints: ["Leave “Use this for Recipient URL and Destination URL” ticked."],
    },
    paste: {
      url: "Metadata URL",
      urlExample: "https://example.okta.com/app/exk1…/sso/saml/metadata",
      entityId: "Issuer",
      ssoUrl: "Sign on URL",
      certificate: "Signing Certificate",
      hint: "On the application’s Sign On tab, under SAML 2.0, Metadata details.",
    },
    attributes: PLAIN,
    groupsHint:
      "Add a Group Attribute Statement named “groups”, with a filter that matches the groups you use.",
    issuerExample: "https://example.okta.com",
  },
  {
    id: "entra",
    name: "Entra ID",
    place: "Enterprise applications → your application → Single sign-on → SAML",
    give: {
      acs: "Reply URL (Assertion Consumer Service URL)",
      entityId: "Identifier (Entity ID)",
      nameId: "Name identifier format",
      hints: ["Leave Sign on URL and Relay State empty."],
    },
    paste: {
      url: "App Federation Metadata Url",
      urlExample:
        "https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…",
      entityId: "Microsoft Entra Identifier",
      ssoUrl: "Login URL",
      certificate: "Certificate (Base64)",
      hint: "Under SAML Certificates, and under Set up.",
    },
    attributes: {
      email: `${XMLSOAP}/emailaddress`,
      name: "http://schemas.microsoft.com/identity/claims/displayname",
      groups: "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    },
    groupsHint:
      "Groups come as object ids. Choose “Groups assigned to the application”: above 150 groups none are sent at all.",
    issuerExample: "https://login.microsoftonline.com/TENANT-ID/v2.0",
  },
  {
    id: "google",
    name: "Google Workspace",
    place: "Admin console → Apps → Web and mobile apps → Add custom SAML app",
    give: {
      acs: "ACS URL",
      entityId: "Entity ID",
      nameId: "Name ID format",
      hints: ["Choose Basic Information, Primary email, as the Name ID."],
    },
    paste: {
      url: null,
      urlExample: "",
      entityId: "Entity ID",
      ssoUrl: "SSO URL",
      certificate: "Certificate",
      hint: "Use Download metadata, and paste the file here: there is no address to fetch it from.",
    },
    attributes: PLAIN,
    groupsHint: "Under Attribute mapping add Primary email as “email”, and Group membership as “groups”.",
    issuerExample: "https://accounts.google.com",
  },
  {
    id: "keycloak",
    name: "Keycloak",
    place: "Clients → Create client → Client type SAML",
    give: {
      acs: "Master SAML Processing URL",
      entityId: "Client ID",
      nameId: "Name ID format",
      hints: [
        "Add the same URL to Valid redirect URIs.",
        "Turn Sign assertions on, and Client signature required off, unless requests are signed.",
      ],
    },
    paste: {
      url: "SAML 2.0 Identity Provider Metadata",
      urlExample: "https://sso.example.org/realms/REALM/protocol/saml/descriptor",
      entityId: "entityID of the realm",
      ssoUrl: "SingleSignOnService",
      certificate: "Certificate of the RS256 key",
      hint: "Realm settings → General → Endpoints.",
    },
    attributes: PLAIN,
    groupsHint: "Add a Group list mapper named “groups”, and turn Full group path off.",
    issuerExample: "https://sso.example.org/realms/REALM",
  },
  {
    id: "authentik",
    name: "Authentik",
    place: "Applications → Providers → Create → SAML Provider",
    give: {
      acs: "ACS URL",
      entityId: "Audience",
      nameId: "NameID Property Mapping",
      hints: ["Set Service Provider Binding to Post, and choose a Signing Certificate with Sign assertions."],
    },
    paste: {
      url: "Metadata download URL",
      urlExample: "https://auth.example.org/api/v3/providers/saml/1/metadata/?download",
      entityId: "EntityID/Issuer",
      ssoUrl: "SSO URL (Redirect)",
      certificate: "Signing certificate",
      hint: "On the provider’s page, under Metadata.",
    },
    attributes: {
      email: `${XMLSOAP}/emailaddress`,
      name: `${XMLSOAP}/name`,
      groups: "http://schemas.xmlsoap.org/claims/Group",
    },
    groupsHint: "The default property mappings send groups by their names.",
    issuerExample: "https://auth.example.org/application/o/SLUG/",
  },
  {
    id: "pingone",
    name: "PingOne",
    place: "Applications → Add application → SAML Application → Manually enter",
    give: {
      acs: "ACS URLs",
      entityId: "Entity ID",
      nameId: "Subject NameID format",
      hints: ["Sign Assertion, or Sign Assertion & Response."],
    },
    paste: {
      url: "IDP Metadata URL",
      urlExample: "https://auth.pingone.eu/…/saml20/metadata/…",
      entityId: "Issuer ID",
      ssoUrl: "Single Signon Service",
      certificate: "Signing certificate",
      hint: "On the application’s Configuration tab.",
    },
    attributes: PLAIN,
    groupsHint: "Under Attribute mappings map Email Address to “email”, and Group Names to “groups”.",
    issuerExample: "https://auth.pingone.eu/ENVIRONMENT-ID/as",
  },
  {
    id: "adfs",
    name: "AD FS",
    place: "AD FS Management → Relying Party Trusts → Add, claims aware",
    give: {
      acs: "Relying party SAML 2.0 SSO service URL",
      entityId: "Relying party trust identifier",
      nameId: "Outgoing name ID format",
      hints: ["Or import the metadata file: it carries all of these."],
    },
    paste: {
      url: "Federation metadata address",
      urlExample: "https://adfs.example.org/FederationMetadata/2007-06/FederationMetadata.xml",
      entityId: "Federation Service identifier",
      ssoUrl: "SAML 2.0/WS-Federation endpoint",
      certificate: "Token-signing certificate",
      hint: "The address is the same on every AD FS: only the host differs.",
    },
    attributes: {
      email: `${XMLSOAP}/emailaddress`,
      name: `${XMLSOAP}/name`,
      groups: "http://schemas.xmlsoap.org/claims/Group",
    },
    groupsHint: "Add a claim rule that sends Token-Groups, Unqualified Names, as Group.",
    issuerExample: "https://adfs.example.org/adfs",
  },
  {
    id: "simplesamlphp",
    name: "SimpleSAMLphp",
    place: "metadata/saml20-sp-remote.php",
    give: {
      acs: "AssertionConsumerService",
      entityId: "Key of the $metadata entry",
      nameId: "NameIDFormat",
      hints: [
        "Set ‘saml20.sign.assertion’ to true. The metadata file can be turned into PHP by its XML converter.",
      ],
    },
    paste: {
      url: "Metadata URL of the IdP",
      urlExample: "https://idp.example.org/simplesaml/module.php/saml/idp/metadata",
      entityId: "entityid",
      ssoUrl: "SingleSignOnService",
      certificate: "certData",
      hint: "Federation tab → SAML 2.0 IdP metadata.",
    },
    attributes: { email: "mail", name: "displayName", groups: "memberOf" },
    groupsHint: "Names as your directory has them; an attribute map may rename them.",
    issuerExample: "https://idp.example.org",
  },
  {
    id: "other",
    name: "Another one",
    place: "wherever it registers a service provider",
    give: {
      acs: "Assertion consumer service URL (ACS, POST)",
      entityId: "Entity ID (audience)",
      nameId: "Name ID format",
    },
    paste: {
      url: "Metadata URL",
      urlExample: "https://idp.example.org/metadata",
      entityId: "Entity ID (issuer)",
      ssoUrl: "Sign-on URL (HTTP-Redirect)",
      certificate: "Signing certificate (PEM)",
      hint: "Most providers publish a metadata document: it saves the rest.",
    },
    attributes: PLAIN,
    groupsHint: "Any attribute with one value per group.",
    issuerExample: "https://idp.example.org",
  },
] as const satisfies readonly Provider[];

const MARKS: readonly (readonly [RegExp, string])[] = [
  [/\.okta(?:preview|-emea)?\.com|www\.okta\.com/, "okta"],
  [/sts\.windows\.net|login\.microsoftonline/, "entra"],
  [/accounts\.google\.com/, "google"],
  [/\/realms\//, "keycloak"],
  [/pingone\./, "pingone"],
  [/\/adfs(?:\/|$)/, "adfs"],
  [/simplesaml/, "simplesamlphp"],
  [/authentik|\/application\/(?:o|saml)\//, "authentik"],
];

/** Which provider a connection is with: as somebody said, else as its addresses and its name show. Pure. */
export function providerOf(connection: SsoConnection, said?: string): Provider {
  const named = PROVIDERS.find(({ id }) => id === said);
  if (named !== undefined) return named;
  const text =
    connection.kind === "saml"
      ? `${connection.identity_provider?.entity_id ?? ""} ${connection.identity_provider?.sso_url ?? ""}`
      : (connection.issuer ?? "");
  const found = MARKS.find(([mark]) => mark.test(text))?.[1];
  const byName = PROVIDERS.find(({ id, name }) => id !== "other" && connection.name.startsWith(name));
  return (
    PROVIDERS.find(({ id }) => id === found) ??
    byName ??
    PROVIDERS.find(({ id }) => id === "other") ??
    PROVIDERS[0]
  );
}
