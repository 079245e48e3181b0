import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RotationView } from "#keys";
import { parseFields } from "../body.ts";
import { keyActsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext, InEnvironment } from "./context.ts";
import { instant, textField, wantedText } from "./fields.ts";

const PATH = "/holdfast/v1/admin/environments/:environment/signing-keys";

type OneKey = FastifyRequest<{ Params: { environment: string; id: string } }>;

/** Signing keys of an environment, and their rotation. A key's text is in the answer that makes it, and in no other. */
export function signingKeyRoutes(app: FastifyInstance, context: AdministrationContext): void {
  app.get(
    PATH,
    { config: { access: "operator", permission: "keys.read", audit: null } },
    async (request: InEnvironment) => {
      const { signingKeys } = await keyActsOf(context, request);
      return { data: rotationShape(await signingKeys.view()) };
    },
  );

  app.post(
    `${PATH}/rotate`,
    { config: { access: "operator", permission: "signing_keys.manage", audit: "signing_key.created" } },
    async (request: InEnvironment, reply) => {
      const { signingKeys } = await keyActsOf(context, request);
      const imported = textField(parseFields(request.body), "import") ?? undefined;
      const { key, secret } = await signingKeys.begin(authorityOf(request), imported);
      const shape = { id: key.id, state: key.state, prefix: key.prefix };
      return reply.code(201).send({ data: { ...shape, ...(secret === null ? {} : { secret }) } });
    },
  );

  app.post(
    `${PATH}/probe`,
    { config: { access: "operator", permission: "signing_keys.manage", audit: null } },
    async (request: InEnvironment) => {
      const { signingKeys } = await keyActsOf(context, request);
      const probed = await signingKeys.probe();
      return { data: probed.map(({ app: name, error, keyId }) => ({ app: name, key_id: keyId, error })) };
    },
  );

  app.post(
    `${PATH}/promote`,
    { config: { access: "operator", permission: "signing_keys.manage", audit: "signing_key.activated" } },
    async (request: InEnvironment) => {
      const { signingKeys } = await keyActsOf(context, request);
      const force = textField(parseFields(request.body), "force_reason");
      return { data: rotationShape(await signingKeys.promote(authorityOf(request), force)) };
    },
  );

  app.post(
    `${PATH}/step-back`,
    { config: { access: "operator", permission: "signing_keys.manage", audit: "signing_key.stepped_back" } },
    async (request: InEnvironment) => {
      const { signingKeys } = await keyActsOf(context, request);
      const reason = wantedText(parseFields(request.body), "reason");
      return { data: rotationShape(await signingKeys.stepBack(authorityOf(request), reason)) };
    },
  );

  app.post(
    `${PATH}/:id/revoke`,
    { config: { access: "operator", permission: "signing_keys.manage", audit: "signing_key.revoked" } },
    async (request: OneKey) => {
      const { signingKeys } = await keyActsOf(context, request);
      const force = textField(parseFields(request.body), "force_reason");
      const { secret, ...view } = await signingKeys.revoke(authorityOf(request), request.params.id, force);
      // Of the key that was made because nothing else could sign: this once.
      return { data: { ...rotationShape(view), ...(secret === undefined ? {} : { secret }) } };
    },
  );
}

function rotationShape({ evidence, keys, revocableAt, waitingFor }: RotationView): object {
  return {
    keys: keys.map((key) => ({
      id: key.id,
      state: key.state,
      prefix: key.prefix,
      origin: key.origin,
      created_at: instant(key.createdAt),
      activated_at: instant(key.activatedAt),
      retiring_since: instant(key.retiringSince),
      revoked_at: instant(key.revokedAt),
      last_used_at: instant(key.lastUsedAt),
    })),
    evidence: evidence.map(({ app, at, how, keyId, worker }) => ({
      app,
      worker,
      key_id: keyId,
      how,
      at: instant(at),
    })),
    waiting_for: waitingFor.map(({ app, lastAt, lastKeyId }) => ({
      app,
      last_key_id: lastKeyId,
      last_at: instant(lastAt),
    })),
    revocable_at: instant(revocableAt),
  };
}
