import type { FastifyInstance, FastifyRequest } from "fastify";
import type { VaultAdministration } from "#vault";
import { actsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant } from "./fields.ts";

/** Which master key wraps the data keys, and moving them to the current one. */
export function vaultRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const path = "/holdfast/v1/admin/master-key";

  /** Every vault: the installation's, and those of the environments. */
  async function* vaults(): AsyncGenerator<readonly [place: string, vault: VaultAdministration]> {
    yield ["installation", context.vault];
    for (const { name } of context.environments.list()) {
      const acts = await context.acts(name);
      if (acts !== null) yield [name, acts.vault];
    }
  }

  app.get(path, { config: { access: "operator", permission: "vault.read", audit: null } }, async () => {
    const data = [];
    for await (const [place, vault] of vaults())
      for (const { createdAt, id, masterKeyId } of vault.status())
        data.push({
          environment: place,
          data_key: id,
          master_key: masterKeyId,
          created_at: instant(createdAt),
        });
    return { data };
  });

  app.post(
    `${path}/rewrap`,
    { config: { access: "operator", permission: "vault.manage", audit: "master_key.rotated" } },
    async (request) => {
      let count = 0;
      for await (const [, vault] of vaults()) count += await vault.rewrap(authorityOf(request));
      return { data: { rewrapped: count } };
    },
  );

  app.post(
    "/holdfast/v1/admin/environments/:environment/data-keys/:id/destroy",
    { config: { access: "operator", permission: "data_keys.destroy", audit: "data_key.destroyed" } },
    async (request: FastifyRequest<{ Params: { environment: string; id: string } }>) => {
      const { vault } = await actsOf(context, request);
      await vault.destroy(authorityOf(request), request.params.id, "destroyed by an operator");
      return { data: { id: request.params.id } };
    },
  );
}
