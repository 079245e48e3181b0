import type { FastifyInstance, FastifyRequest } from "fastify";
import type { EventKeyRules, EventKeyView } from "#keys";
import { parseFields } from "../body.ts";
import { keyActsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext, InEnvironment } from "./context.ts";
import { expiryField, instant, listField, numberField, textField, wantedText } from "./fields.ts";

const PATH = "/holdfast/v1/admin/environments/:environment/event-keys";

type OneKey = FastifyRequest<{ Params: { environment: string; id: string } }>;

/** Event keys of an environment. A key's text is in the answer that makes it, and in no other. */
export function eventKeyRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const now = (): number => context.machineClock.now();

  app.get(
    PATH,
    { config: { access: "operator", permission: "keys.read", audit: null } },
    async (request: InEnvironment) => {
      const { eventKeys } = await keyActsOf(context, request);
      return { data: (await eventKeys.list()).map(keyShape) };
    },
  );

  app.post(
    PATH,
    { config: { access: "operator", permission: "event_keys.manage", audit: "event_key.created" } },
    async (request: InEnvironment, reply) => {
      const { eventKeys } = await keyActsOf(context, request);
      const fields = parseFields(request.body);
      const imported = textField(fields, "import");
      const { key, secret } = await eventKeys.create(authorityOf(request), {
        name: wantedText(fields, "name"),
        rules: rulesOf(fields),
        expiresAt: expiryField(fields, "expires", now()),
        ...(imported === null ? {} : { imported }),
      });
      return reply.code(201).send({ data: { ...keyShape(key), ...(secret === null ? {} : { secret }) } });
    },
  );

  app.patch(
    `${PATH}/:id`,
    { config: { access: "operator", permission: "event_keys.manage", audit: "event_key.changed" } },
    async (request: OneKey) => {
      const { eventKeys } = await keyActsOf(context, request);
      const fields = parseFields(request.body);
      const name = textField(fields, "name");
      const changed = await eventKeys.change(authorityOf(request), request.params.id, {
        ...(name === null ? {} : { name }),
        ...(RULES.some((rule) => rule in fields) ? { rules: rulesOf(fields) } : {}),
        ...("expires" in fields ? { expiresAt: expiryField(fields, "expires", now()) } : {}),
      });
      return { data: keyShape(changed) };
    },
  );

  app.post(
    `${PATH}/:id/revoke`,
    { config: { access: "operator", permission: "event_keys.manage", audit: "event_key.revoked" } },
    async (request: OneKey) => {
      const { eventKeys } = await keyActsOf(context, request);
      const reason = textField(parseFields(request.body), "reason");
      return { data: keyShape(await eventKeys.revoke(authorityOf(request), request.params.id, reason)) };
    },
  );
}

const RULES = ["allow_names", "deny_names", "allow_addresses", "allow_origins", "events_per_second"] as const;

function rulesOf(fields: Readonly<Record<string, unknown>>): EventKeyRules {
  return {
    allowNames: listField(fields, "allow_names"),
    denyNames: listField(fields, "deny_names") ?? [],
    allowAddresses: listField(fields, "allow_addresses"),
    allowOrigins: listField(fields, "allow_origins"),
    eventsPerSecond: numberField(fields, "events_per_second"),
  };
}

function keyShape(key: EventKeyView): Readonly<Record<string, unknown>> {
  const { rules } = key;
  return {
    id: key.id,
    name: key.name,
    shown: key.shown,
    origin: key.origin,
    allow_names: rules.allowNames,
    deny_names: rules.denyNames,
    allow_addresses: rules.allowAddresses,
    allow_origins: rules.allowOrigins,
    events_per_second: rules.eventsPerSecond,
    created_at: instant(key.createdAt),
    created_by: key.createdBy,
    expires_at: instant(key.expiresAt),
    revoked_at: instant(key.revokedAt),
    last_used_at: instant(key.lastUsed?.at ?? null),
    last_used_from: key.lastUsed?.address ?? null,
  };
}
