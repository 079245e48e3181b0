import { HoldfastError, parseDuration, ROLES } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { parseFields } from "../body.ts";
import { holderOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { listField, wantedText } from "./fields.ts";
import { booleanField } from "./grant-fields.ts";

const PATH = "/holdfast/v1/admin/sign-in-policy";

/** How people may sign in here, and for how long. */
export function signInPolicyRoutes(app: FastifyInstance, { identity }: AdministrationContext): void {
  const shown = () => {
    const policy = identity.policy.get();
    const {
      emergencyNetworks = null,
      idleMs,
      maxMs,
      password,
      refusedWords = [],
      secondFactorRoles,
    } = policy;
    return {
      mfa_roles: secondFactorRoles,
      session_idle: inWords(idleMs),
      session_max: inWords(maxMs),
      password,
      break_glass_networks: emergencyNetworks,
      refused_words: refusedWords,
    };
  };

  app.get(PATH, { config: { access: "operator", permission: "sso.read", audit: null } }, async () => ({
    data: shown(),
  }));

  app.put(
    PATH,
    { config: { access: "operator", permission: "sso.manage", audit: "sign_in_policy.changed" } },
    async (request) => {
      const fields = parseFields(request.body);
      const names = listField(fields, "mfa_roles") ?? [];
      const unknown = names.find((name) => !ROLES.some((role) => role === name));
      if (unknown !== undefined)
        throw new HoldfastError("request_invalid", `mfa_roles must be among ${ROLES.join(", ")}.`);
      const networks = listField(fields, "break_glass_networks");
      if (networks?.length === 0)
        throw new HoldfastError(
          "request_invalid",
          "break_glass_networks is empty, which would allow no network: leave it out to allow all of them.",
        );
      const password = booleanField(fields, "password");
      await identity.policy.set(holderOf(request), {
        secondFactorRoles: ROLES.filter((role) => names.includes(role)),
        idleMs: parseDuration(wantedText(fields, "session_idle")),
        maxMs: parseDuration(wantedText(fields, "session_max")),
        password: password ?? true,
        emergencyNetworks: networks,
        refusedWords: listField(fields, "refused_words") ?? [],
      });
      return { data: shown() };
    },
  );
}

/** A duration as it is written: in the largest unit that it is whole in. */
function inWords(ms: number): string {
  const [unit, unitMs] =
    (
      [
        ["d", 86_400_000],
        ["h", 3_600_000],
        ["m", 60_000],
      ] as const
    ).find(([, each]) => ms % each === 0) ?? (["s", 1000] as const);
  return `${ms / unitMs}${unit}`;
}
