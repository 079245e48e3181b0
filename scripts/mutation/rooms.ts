/** A security room, and the tests that answer for it: those that find something fastest come first. */
export interface MutatedRoom {
  readonly name: string;
  /** Folders and files, from the root of the repository. */
  readonly sources: readonly string[];
  /** Lists of test files; a mutant that one list lets live meets the next. */
  readonly tests: readonly (readonly string[])[];
}

const SERVER = "packages/server/src";
const ADMINISTRATION = "test/administration";

export const MUTATED_ROOMS: readonly MutatedRoom[] = [
  {
    name: "keys",
    sources: [`${SERVER}/keys`],
    tests: [
      [`${SERVER}/keys`],
      [`${ADMINISTRATION}/event-keys.test.ts`, "test/http/signatures.test.ts"],
      [`${ADMINISTRATION}/environments.test.ts`, `${ADMINISTRATION}/imported-keys.test.ts`],
    ],
  },
  {
    name: "vault",
    sources: [`${SERVER}/vault`],
    tests: [[`${SERVER}/vault`], [`${ADMINISTRATION}/secrets-sweep.test.ts`]],
  },
  {
    name: "saml",
    sources: [`${SERVER}/saml`],
    tests: [
      [
        `${SERVER}/saml/preflight`,
        `${SERVER}/saml/assertion`,
        `${SERVER}/saml/logout`,
        `${SERVER}/saml/metadata`,
        `${SERVER}/saml/requests`,
        `${SERVER}/saml/xml`,
      ],
      [`${SERVER}/saml`],
    ],
  },
  {
    name: "egress",
    sources: [`${SERVER}/egress`],
    tests: [
      [`${SERVER}/egress`],
      [
        `${ADMINISTRATION}/egress.test.ts`,
        `${ADMINISTRATION}/shown-certificate.test.ts`,
        "test/attacks/calls.test.ts",
      ],
    ],
  },
  {
    name: "audit",
    sources: [`${SERVER}/audit`, "packages/protocol/src/audit"],
    tests: [
      ["packages/protocol/src/audit", `${SERVER}/audit/open-audit-log.test.ts`, `${SERVER}/audit/sinks`],
      [`${ADMINISTRATION}/audit.test.ts`],
      [`${ADMINISTRATION}/audit-sinks.test.ts`],
    ],
  },
  {
    name: "front-door",
    sources: [`${SERVER}/front-door`],
    tests: [
      [`${SERVER}/front-door`],
      [`${ADMINISTRATION}/front-door.test.ts`],
      ["test/attacks/abuse.test.ts"],
    ],
  },
  {
    name: "environments",
    sources: [`${SERVER}/environments`],
    tests: [[`${SERVER}/environments`], [`${ADMINISTRATION}/environments.test.ts`]],
  },
  {
    name: "retention",
    sources: [`${SERVER}/retention`],
    tests: [[`${SERVER}/retention`], [`${ADMINISTRATION}/retention.test.ts`]],
  },
  {
    name: "guards",
    sources: [
      `${SERVER}/api/authenticate.ts`,
      `${SERVER}/api/dispatch.ts`,
      `${SERVER}/api/choose-environment.ts`,
      `${SERVER}/api/request-guard.ts`,
      `${SERVER}/api/browser-guard.ts`,
      `${SERVER}/api/signed-request.ts`,
      `${SERVER}/api/refuse-key.ts`,
      `${SERVER}/api/administration`,
      `${SERVER}/registry/origin-rule.ts`,
      `${SERVER}/approved-origins.ts`,
    ],
    tests: [
      [`${SERVER}/api`, `${SERVER}/registry/origin-rule.test.ts`, `${SERVER}/approved-origins.test.ts`],
      [`${ADMINISTRATION}/environments.test.ts`, "test/attacks/abuse.test.ts", "test/http/access.test.ts"],
      [`${ADMINISTRATION}/operators-fields.test.ts`, `${ADMINISTRATION}/roles.test.ts`],
      [
        `${ADMINISTRATION}/event-keys.test.ts`,
        `${ADMINISTRATION}/audit.test.ts`,
        `${ADMINISTRATION}/retention.test.ts`,
        `${ADMINISTRATION}/imported-keys.test.ts`,
        "test/http/signatures.test.ts",
        "test/attacks/sync.test.ts",
      ],
    ],
  },
  {
    name: "callers",
    sources: [
      `${SERVER}/api/callers`,
      `${SERVER}/api/environment-door.ts`,
      `${SERVER}/api/payload-view.ts`,
      `${SERVER}/api/acting.ts`,
    ],
    tests: [
      [
        `${SERVER}/api/callers`,
        `${SERVER}/api/environment-door.test.ts`,
        `${SERVER}/api/payload-view.test.ts`,
        `${SERVER}/api/acting.test.ts`,
        `${SERVER}/api/identity`,
      ],
      ["test/roles/environment-routes.test.ts", "test/roles/payloads.test.ts", "test/roles/sessions.test.ts"],
      [`${ADMINISTRATION}/environments.test.ts`],
    ],
  },
  {
    name: "identity",
    sources: [`${SERVER}/identity`],
    tests: [
      [`${SERVER}/identity`, `${SERVER}/api/identity`],
      [
        "test/identity/sign-in-attacks.test.ts",
        "test/identity/second-factor-attacks.test.ts",
        "test/identity/people.test.ts",
        "test/identity/enforcement.test.ts",
      ],
      ["test/identity/saml.test.ts", "test/identity/oidc.test.ts", "test/identity/scim.test.ts"],
      [
        "test/identity/passkey-attacks.test.ts",
        "test/identity/oidc-attacks.test.ts",
        "test/identity/own-keys.test.ts",
        "test/identity/break-glass.test.ts",
        "test/identity/stuffing.test.ts",
        "test/identity/sign-in-log.test.ts",
      ],
      ["test/identity/saml-attacks.test.ts", "test/identity/new-passwords.test.ts"],
    ],
  },
  {
    name: "oidc",
    sources: [`${SERVER}/oidc`],
    tests: [[`${SERVER}/oidc`], ["test/identity/oidc-attacks.test.ts"], ["test/identity/oidc.test.ts"]],
  },
  {
    name: "scim",
    sources: [`${SERVER}/scim`, `${SERVER}/api/scim`],
    tests: [[`${SERVER}/scim`, `${SERVER}/api/scim`], ["test/identity/scim.test.ts"]],
  },
  {
    name: "signatures",
    sources: ["packages/protocol/src/signatures-v2", "packages/protocol/src/tokens.ts"],
    tests: [["packages/protocol/src/signatures-v2", "packages/protocol/src/tokens.test.ts"]],
  },
  {
    name: "access",
    sources: ["packages/protocol/src/access"],
    tests: [["packages/protocol/src/access"], [`${ADMINISTRATION}/roles.test.ts`]],
  },
];
