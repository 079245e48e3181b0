import { fresh } from "./account-routes.ts";
import { Refusal } from "./refusal.ts";
import type { Route, World } from "./world.ts";
import { ADA, ago, DAY, HOUR, ROLE_TABLE } from "./world.ts";

function aPerson(id: string, name: string, more: object = {}) {
  return {
    id,
    name,
    email: `${name.split(" ")[0]?.toLowerCase()}@example.org`,
    state: "active",
    grants: [{ role: "viewer", environments: null, payloads: false }],
    mfa: true,
    sign_in: ["password"],
    break_glass: false,
    managed_by: null,
    created_at: ago(200 * DAY),
    last_signed_in_at: ago(2 * DAY),
    ...more,
  };
}

/** People, invitations, roles, environments. */
export function peopleRoutes(world: World): readonly Route[] {
  let people = [
    aPerson(ADA.id, ADA.name, {
      grants: [{ role: "owner", environments: null, payloads: true }],
      sign_in: ["password", "passkey"],
      break_glass: true,
      last_signed_in_at: ago(2 * HOUR),
    }),
    aPerson("psn_grace", "Grace Sample", {
      grants: [
        { role: "developer", environments: ["staging", "preview"], payloads: true },
        { role: "viewer", environments: ["production"], payloads: false },
      ],
      sign_in: ["saml:con_1"],
      managed_by: "con_1",
    }),
    aPerson("psn_linus", "Linus Muster", {
      grants: [{ role: "operator", environments: ["production"], payloads: false }],
      mfa: false,
      last_signed_in_at: ago(120 * DAY),
    }),
    aPerson("psn_mary", "Mary Modell", {
      grants: [{ role: "auditor", environments: null, payloads: false }],
    }),
    aPerson("psn_tom", "Tom Gone", {
      state: "deactivated",
      grants: [],
      mfa: false,
      last_signed_in_at: ago(300 * DAY),
    }),
  ];
  let invitations = [
    {
      id: "inv_1",
      email: "joan@example.org",
      role: "admin",
      environments: null,
      payloads: false,
      created_at: ago(DAY),
      expires_at: ago(-2 * DAY),
    },
  ];
  const change = (id: string | undefined, what: object): void => {
    people = people.map((person) => (person.id === id ? { ...person, ...what } : person));
  };
  return [
    [/^GET \/admin\/people$/, () => people],
    [
      /^GET \/admin\/people\/([^/]+)$/,
      ({ parts }) => {
        const person = people.find(({ id }) => id === parts[0]);
        if (person === undefined)
          throw new Refusal(404, "person_unknown", "There is no such person.", "List the people.");
        const session = {
          id: "ses_9",
          current: false,
          method: "password",
          connection: null,
          created_at: ago(DAY),
          last_used_at: ago(HOUR),
          expires_at: ago(-6 * DAY),
          address: "203.0.113.9",
          user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0",
        };
        return { ...person, sessions: person.state === "active" ? [session] : [] };
      },
    ],
    [
      /^POST \/admin\/people\/([^/]+)\/grants$/,
      ({ body, parts }) => {
        fresh(world);
        change(parts[0], { grants: body["grants"] });
      },
    ],
    [
      /^POST \/admin\/people\/([^/]+)\/deactivate$/,
      ({ parts }) => change(parts[0], { state: "deactivated" }),
    ],
    [/^POST \/admin\/people\/([^/]+)\/reactivate$/, ({ parts }) => change(parts[0], { state: "active" })],
    [
      /^POST \/admin\/people\/([^/]+)\/break-glass$/,
      ({ body, parts }) => change(parts[0], { break_glass: body["break_glass"] }),
    ],
    [/^POST \/admin\/people\/([^/]+)\/sign-out$/, () => ({})],
    [
      /^POST \/admin\/people\/([^/]+)\/reset$/,
      () => ({ link: `${world.origin}/reset#reset-token`, expires_at: ago(-HOUR) }),
    ],
    [/^GET \/admin\/invitations$/, () => invitations],
    [
      /^POST \/admin\/invitations$/,
      ({ body }) => {
        const expires = ago(-3 * DAY);
        invitations = [
          ...invitations,
          {
            id: `inv_${invitations.length + 1}`,
            email: String(body["email"]),
            role: String(body["role"]),
            environments: null,
            payloads: false,
            created_at: ago(0),
            expires_at: expires,
          },
        ];
        return { id: "inv", link: `${world.origin}/join#invitation-token`, expires_at: expires };
      },
    ],
    [
      /^POST \/admin\/invitations\/([^/]+)\/revoke$/,
      ({ parts }) => {
        invitations = invitations.filter(({ id }) => id !== parts[0]);
      },
    ],
    [/^GET \/admin\/roles$/, () => ROLE_TABLE],
    [
      /^GET \/admin\/environments$/,
      () =>
        [
          ["production", "production", null, "Production"],
          ["staging", "custom", null, "Staging"],
          ["preview", "branches", null, "Preview"],
          ["preview--cart", "branch", "preview", "preview/cart"],
        ].map(([name, kind, family, label]) => ({
          name,
          id: `env_${name}`,
          kind,
          family,
          label,
          created_at: ago(300 * DAY),
          archived_at: null,
          archive_after_ms: null,
        })),
    ],
  ];
}
