import { Refusal } from "./refusal.ts";
import type { Route, World } from "./world.ts";
import { ADA, ago, DAY, HOUR } from "./world.ts";

const SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

function certificate(days: number, state: string, fill: string) {
  return {
    sha256: fill.repeat(32) + SHA.slice(32),
    subject: "CN=sso.example.org",
    not_before: ago(300 * DAY),
    not_after: ago(-days * DAY),
    state,
    warning: days < 30 ? "Ends soon: have the provider send its next one." : null,
  };
}

const METADATA = {
  entity_id: "http://www.okta.com/exk1example",
  sso_url: "https://example.okta.com/app/exk1example/sso/saml",
  slo_url: null,
  binding: "HTTP-Redirect",
  certificates: [certificate(400, "active", "a")],
  name_id_formats: ["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"],
  warnings: [],
};

const ownKeys = (days: number, state: string) =>
  (["signing", "encryption"] as const).map((use, index) => ({
    use,
    state,
    sha256: `${state === "current" ? index : index + 2}`.repeat(64),
    not_after: ago(-days * DAY),
    warning: days <= 30 ? "It expires within 30 days." : null,
  }));

function samlConnection(world: World, id: string, more: object = {}) {
  return {
    id,
    kind: "saml",
    name: "Okta",
    state: "draft",
    domains: [],
    service_provider: {
      entity_id: `${world.origin}/saml/${id}/metadata`,
      acs_url: `${world.origin}/saml/${id}/acs`,
      metadata_url: `${world.origin}/saml/${id}/metadata`,
      slo_url: null,
      certificates: [],
      own_keys: ownKeys(30, "current"),
    },
    identity_provider: null,
    options: {
      sign_requests: false,
      want_assertions_signed: true,
      allow_unsolicited: "off",
      name_id_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
      authn_contexts: [],
      force_authn: false,
    },
    attributes: { email: null, name: null, groups: null },
    groups: [],
    default_role: null,
    role_ceiling: "admin",
    jit: true,
    tested: null,
    confirm_by: null,
    attempts: [],
    scim: null,
    ...more,
  };
}

/** Connections, domains, directories and the rules of signing in. */
export function ssoRoutes(world: World): readonly Route[] {
  let made: Record<string, ReturnType<typeof samlConnection>> | null = null;
  let domains = [
    {
      domain: "example.org",
      connection: "con_1",
      state: "verified",
      record_name: "_holdfast.example.org",
      record_value: "holdfast-verification=4f2a91bc",
    },
    {
      domain: "example.net",
      connection: "con_1",
      state: "pending",
      record_name: "_holdfast.example.net",
      record_value: "holdfast-verification=77aa01fe",
    },
  ];
  let policy = {
    mfa_roles: ["owner", "admin"],
    session_idle: "12h",
    session_max: "7d",
    password: true,
    break_glass_networks: null,
    refused_words: [],
  };
  let looks = 0;
  // The origin is known only once the stub listens.
  const all = () =>
    (made ??= world.hasConnections
      ? {
          con_1: samlConnection(world, "con_1", {
            state: "optional",
            domains: ["example.org"],
            identity_provider: {
              ...METADATA,
              metadata_url: "https://example.okta.com/app/exk1/sso/saml/metadata",
              certificates: [
                certificate(21, "active", "b"),
                certificate(700, "next", "c"),
                certificate(-40, "retired", "d"),
              ],
            },
            groups: [{ group: "engineering", role: "developer", environments: ["staging"], payloads: true }],
            tested: { at: ago(5 * DAY), by: ADA.id },
            attempts: [
              {
                at: ago(HOUR),
                outcome: "success",
                code: null,
                sentence: null,
                email_domain: "example.org",
                reference: null,
              },
              {
                at: ago(3 * HOUR),
                outcome: "refused",
                code: "saml_audience_wrong",
                sentence: "The assertion is for another service.",
                email_domain: "example.org",
                reference: "ab12cd34",
              },
            ],
            scim: { base_url: `${world.origin}/scim/v2/con_1`, last_sync_at: ago(2 * HOUR) },
          }),
        }
      : {});
  const one = (id = "") => {
    const found = all()[id];
    if (found === undefined) throw new Refusal(404, "connection_unknown", "There is no such connection.");
    return found;
  };
  const change = (id: string, what: object) => (all()[id] = { ...one(id), ...what });
  return [
    [/^GET \/admin\/sso$/, () => Object.values(all())],
    [
      /^POST \/admin\/sso$/,
      ({ body }) => {
        const id = `con_${Object.keys(all()).length + 1}`;
        const isOidc = body["kind"] === "oidc";
        const oidc = {
          issuer: null,
          client_id: null,
          redirect_uri: `${world.origin}/oidc/${id}/callback`,
          backchannel_logout_uri: `${world.origin}/oidc/${id}/backchannel-logout`,
          claims: { email: null, name: null, groups: null },
        };
        return (all()[id] = samlConnection(world, id, { ...(isOidc ? oidc : {}), ...body }));
      },
    ],
    [
      /^POST \/admin\/sso\/metadata$/,
      ({ body }) => {
        if (typeof body["xml"] === "string" && body["xml"].includes("sha1"))
          throw new Refusal(
            422,
            "saml_algorithm_refused",
            "The metadata is signed with SHA-1.",
            "Have it signed with SHA-256.",
          );
        return METADATA;
      },
    ],
    [
      /^POST \/admin\/sso\/break-glass-codes$/,
      () => ({ codes: ["glass-7mtd-x1r2-kkv9", "glass-91ab-q0pz-77wm"] }),
    ],
    [/^GET \/admin\/sso\/([^/]+)$/, ({ parts }) => one(parts[0])],
    [/^POST \/admin\/sso\/([^/]+)$/, ({ body, parts: [id = ""] }) => change(id, body)],
    [
      /^POST \/admin\/sso\/([^/]+)\/metadata$/,
      ({ parts: [id = ""] }) => change(id, { identity_provider: { ...METADATA, metadata_url: null } }),
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/own-keys\/(prepare|turn|give-up)$/,
      ({ parts: [id = "", step] }) => {
        const { service_provider: own } = one(id);
        const keys =
          step === "prepare"
            ? [...ownKeys(30, "current"), ...ownKeys(1095, "next")]
            : ownKeys(step === "turn" ? 1095 : 30, "current");
        return change(id, { service_provider: { ...own, own_keys: keys } });
      },
    ],
    [/^POST \/admin\/sso\/([^/]+)\/certificates\/([^/]+)\/(activate|retire)$/, () => ({})],
    [
      /^POST \/admin\/sso\/([^/]+)\/map-preview$/,
      ({ body, parts }) => {
        const { groups = [] } = body["attributes"] as { groups?: string[] };
        const grants = one(parts[0]).groups as { group: string }[];
        const given = grants.filter(({ group }) => groups.includes(group));
        return {
          email: "ada@example.org",
          name: null,
          groups,
          grants: given,
          verdict:
            given.length > 0
              ? "They would be let in."
              : "They would be refused: no group of theirs is mapped.",
        };
      },
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/test$/,
      () => ({ url: `${world.origin}/sso-test?handle=h1`, handle: "h1" }),
    ],
    [
      /^GET \/admin\/sso\/([^/]+)\/tests\/h1$/,
      ({ parts: [id = ""] }) => {
        looks += 1;
        if (looks < 2) return { state: "waiting", checks: [] };
        change(id, { tested: { at: ago(0), by: ADA.id } });
        return {
          state: "passed",
          checks: [
            { name: "Signature", passed: true, detail: "RSA-SHA256, by CN=sso.example.org" },
            { name: "Audience", passed: true, detail: "This service" },
            { name: "Recipient", passed: true, detail: "The address of this connection" },
            { name: "Request", passed: true, detail: "Answers the request of this test" },
            {
              name: "Time window",
              passed: true,
              detail: "Valid for 5 minutes; clocks differ by 0.4 seconds",
            },
            { name: "Replay", passed: true, detail: "Not seen before" },
          ],
          identity: { name_id: "a…@example.org", email: "a…@example.org", groups: ["engineering"] },
          grants: [{ role: "developer", environments: ["staging"], payloads: true }],
        };
      },
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/enable$/,
      ({ body, parts: [id = ""] }) =>
        change(id, {
          state: body["state"],
          confirm_by: body["state"] === "required" ? ago(-30 * 60_000) : null,
        }),
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/confirm$/,
      ({ parts: [id = ""] }) => void change(id, { confirm_by: null }),
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/remove$/,
      ({ parts: [id = ""] }) => {
        delete all()[id];
      },
    ],
    [
      /^POST \/admin\/sso\/([^/]+)\/scim(?:\/rotate)?$/,
      ({ parts: [id = ""] }) => {
        const scim = { base_url: `${world.origin}/scim/v2/${id}`, last_sync_at: null };
        change(id, { scim });
        return { ...scim, token: "hscm_4f2a91bc77aa01fe" };
      },
    ],
    [/^POST \/admin\/sso\/([^/]+)\/scim\/remove$/, ({ parts: [id = ""] }) => void change(id, { scim: null })],
    [/^GET \/admin\/domains$/, () => (world.hasConnections || Object.keys(all()).length > 0 ? domains : [])],
    [
      /^POST \/admin\/domains$/,
      ({ body }) => {
        const domain = {
          ...domains[1],
          domain: String(body["domain"]),
          connection: String(body["connection"]),
          state: "pending",
          record_name: `_holdfast.${String(body["domain"])}`,
          record_value: "holdfast-verification=1",
        };
        domains = [...domains, domain];
        return domain;
      },
    ],
    [
      /^POST \/admin\/domains\/([^/]+)\/verify$/,
      ({ parts }) => {
        domains = domains.map((each) => (each.domain === parts[0] ? { ...each, state: "verified" } : each));
        return domains.find(({ domain }) => domain === parts[0]);
      },
    ],
    [
      /^POST \/admin\/domains\/([^/]+)\/remove$/,
      ({ parts }) => {
        domains = domains.filter(({ domain }) => domain !== parts[0]);
      },
    ],
    [/^GET \/admin\/sign-in-policy$/, () => policy],
    [/^PUT \/admin\/sign-in-policy$/, ({ body }) => (policy = body as unknown as typeof policy)],
  ];
}
