import type { Route } from "./world.ts";
import { ago, DAY, HOUR } from "./world.ts";

/** Service accounts, operator tokens and keys. */
export function machineRoutes(): readonly Route[] {
  const token = (id: string, name: string, more: object = {}) => ({
    id,
    name,
    created_at: ago(20 * DAY),
    expires_at: ago(-70 * DAY),
    revoked_at: null as string | null,
    last_used_at: ago(HOUR),
    addresses: null as readonly string[] | null,
    scopes: null as readonly string[] | null,
    ...more,
  });
  let accounts = [
    {
      id: "sva_1",
      name: "deploy-pipeline",
      role: "developer",
      environments: ["staging", "preview"] as readonly string[] | null,
      payloads: false,
      created_at: ago(90 * DAY),
      tokens: [
        token("svt_1", "ci runner", { addresses: ["203.0.113.0/24"], scopes: ["event_keys.manage"] }),
        token("svt_2", "laptop of the team", { revoked_at: ago(3 * DAY) }),
      ],
    },
    {
      id: "sva_2",
      name: "monitoring",
      role: "viewer",
      environments: null,
      payloads: false,
      created_at: ago(5 * DAY),
      tokens: [],
    },
  ];
  let tokens = [
    {
      id: "opt_1",
      name: "first token",
      role: "owner",
      environments: null,
      payloads: true,
      created_at: ago(80 * DAY),
      expires_at: ago(-10 * DAY),
      revoked_at: null as string | null,
      last_used_at: ago(2 * DAY),
    },
    {
      id: "opt_2",
      name: "old script",
      role: "viewer",
      environments: ["staging"],
      payloads: false,
      created_at: ago(200 * DAY),
      expires_at: ago(110 * DAY),
      revoked_at: null as string | null,
      last_used_at: ago(130 * DAY),
    },
  ];
  const eventKey = {
    id: "evk_1",
    name: "shop backend",
    shown: "hfek_production_9f2a…91bc",
    origin: "made",
    allow_names: ["order/*"] as readonly string[] | null,
    deny_names: [],
    allow_addresses: null,
    allow_origins: null,
    events_per_second: 200,
    created_at: ago(60 * DAY),
    expires_at: null,
    revoked_at: null as string | null,
    last_used_at: ago(4000) as string | null,
    last_used_from: "198.51.100.20" as string | null,
  };
  let keys = [eventKey];
  const signing = (id: string, state: string, used: string | null) => ({
    id,
    state,
    prefix: "signkey-prod-4f2a",
    origin: "made",
    created_at: ago(60 * DAY),
    last_used_at: used,
  });
  let rotation = {
    keys: [signing("sgk_2", "pending", null), signing("sgk_1", "active", ago(1000))],
    evidence: [],
    waiting_for: [{ app: "shop", last_key_id: "sgk_1" }],
    revocable_at: null,
  };
  const turn = (states: Readonly<Record<string, string>>): typeof rotation => {
    rotation = {
      ...rotation,
      keys: rotation.keys.map((key) => ({ ...key, state: states[key.id] ?? key.state })),
    };
    return rotation;
  };
  return [
    [/^GET \/admin\/service-accounts$/, () => accounts],
    [
      /^POST \/admin\/service-accounts$/,
      ({ body }) => {
        accounts = [
          ...accounts,
          {
            id: `sva_${accounts.length + 1}`,
            name: String(body["name"]),
            role: String(body["role"]),
            environments: null,
            payloads: false,
            created_at: ago(0),
            tokens: [],
          },
        ];
        return { id: "sva" };
      },
    ],
    [
      /^POST \/admin\/service-accounts\/([^/]+)\/tokens$/,
      ({ body, parts }) => {
        accounts = accounts.map((each) =>
          each.id === parts[0]
            ? { ...each, tokens: [...each.tokens, token("svt_new", String(body["name"]))] }
            : each,
        );
        return { id: "svt_new", secret: "hfst_installation_9f2a77aa01fe4c2d" };
      },
    ],
    [
      /^POST \/admin\/service-accounts\/([^/]+)\/tokens\/([^/]+)\/revoke$/,
      ({ parts }) => {
        accounts = accounts.map((account) => ({
          ...account,
          tokens: account.tokens.map((each) =>
            each.id === parts[1] ? { ...each, revoked_at: ago(0) } : each,
          ),
        }));
      },
    ],
    [
      /^POST \/admin\/service-accounts\/([^/]+)\/remove$/,
      ({ parts }) => {
        accounts = accounts.filter(({ id }) => id !== parts[0]);
      },
    ],
    [/^GET \/admin\/operator-tokens$/, () => tokens],
    [
      /^POST \/admin\/operator-tokens\/([^/]+)\/revoke$/,
      ({ parts }) => {
        tokens = tokens.map((each) => (each.id === parts[0] ? { ...each, revoked_at: ago(0) } : each));
      },
    ],
    [
      /^GET \/admin\/environments\/([^/]+)\/event-keys$/,
      ({ parts }) => (parts[0] === "production" ? keys : []),
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/event-keys\/([^/]+)\/revoke$/,
      ({ parts }) => {
        keys = keys.map((each) => (each.id === parts[1] ? { ...each, revoked_at: ago(0) } : each));
        return keys[0];
      },
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/event-keys$/,
      ({ body }) => {
        const made = { ...eventKey, ...body, id: "evk_2", last_used_at: null, last_used_from: null };
        keys = [...keys, made];
        return { ...made, secret: "hf_event_producti_9f2a77aa01fe4c2d" };
      },
    ],
    [/^GET \/admin\/environments\/([^/]+)\/signing-keys$/, () => rotation],
    [
      /^POST \/admin\/environments\/([^/]+)\/signing-keys\/probe$/,
      () => {
        rotation = { ...rotation, waiting_for: [] };
        return [{ app: "shop", key_id: "sgk_2", error: null }];
      },
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/signing-keys\/promote$/,
      () => turn({ sgk_2: "active", sgk_1: "retiring" }),
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/signing-keys\/step-back$/,
      () => turn({ sgk_2: "pending", sgk_1: "active" }),
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/signing-keys\/([^/]+)\/revoke$/,
      ({ parts }) => turn({ [parts[1] ?? ""]: "revoked" }),
    ],
    [
      /^POST \/admin\/environments\/([^/]+)\/signing-keys\/rotate$/,
      () => {
        rotation = { ...rotation, keys: [signing("sgk_3", "pending", null), ...rotation.keys] };
        return { id: "sgk_3", state: "pending", prefix: "signkey-prod", secret: "signkey-prod-77aa01fe" };
      },
    ],
  ];
}
