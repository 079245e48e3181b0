import { covers, HoldfastError, parseDuration } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { EnvironmentAdministration, EnvironmentRecord } from "#environments";
import { NO_RULES } from "#keys";
import { parseFields } from "../body.ts";
import { unknownEnvironment } from "./acts-of.ts";
import { authorityOf, grantsOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";

type Named = FastifyRequest<{ Params: { environment: string } }>;

/** Environments, as operators make, rename and archive them. */
export function environmentRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const { environments } = context;
  const path = "/holdfast/v1/admin/environments";

  app.get(
    path,
    { config: { access: "operator", permission: "environments.read", isFiltered: true, audit: null } },
    (request) => ({
      data: environments
        .list()
        .filter((record) => grantsOf(request).some((grant) => covers(grant, record)))
        .map(environmentShape),
    }),
  );

  app.post(
    path,
    { config: { access: "operator", permission: "environments.manage", audit: "environment.created" } },
    async (request, reply) => {
      const {
        name,
        kind = "custom",
        label = null,
        archive_after: archiveAfter = null,
      } = parseFields(request.body);
      if (kind !== "custom" && kind !== "branches")
        throw new HoldfastError("request_invalid", 'An environment\'s kind is "custom" or "branches".');
      if (typeof name !== "string")
        throw new HoldfastError("request_invalid", "The body must name the environment.");
      const by = authorityOf(request);
      const created = await environments.create(by, {
        name,
        kind,
        label: label === null ? null : labelOf(label),
        archiveAfterMs: archiveAfter === null ? null : durationOf(archiveAfter),
      });
      const acts = await context.acts(created.name);
      const eventKey = await acts?.eventKeys?.create(by, { name: "first", rules: NO_RULES, expiresAt: null });
      return reply.code(201).send({
        data: {
          ...environmentShape(created),
          // In this answer, and in no other.
          signing_key: acts?.takeFirstKey() ?? null,
          event_key: eventKey?.secret ?? null,
        },
      });
    },
  );

  app.patch(
    `${path}/:environment`,
    { config: { access: "operator", permission: "environments.manage", audit: "environment.renamed" } },
    async (request: Named) => {
      const { name } = found(request);
      const { label } = parseFields(request.body);
      return {
        data: environmentShape(await environments.rename(authorityOf(request), name, labelOf(label))),
      };
    },
  );

  for (const [verb, act] of [
    ["archive", (by, name) => environments.archive(by, name)],
    ["unarchive", (by, name) => environments.unarchive(by, name)],
  ] as const satisfies readonly (readonly [string, EnvironmentAdministration["archive"]])[]) {
    app.post(
      `${path}/:environment/${verb}`,
      { config: { access: "operator", permission: "environments.manage", audit: `environment.${verb}d` } },
      async (request: Named) => {
        const { name } = found(request);
        return { data: environmentShape(await act(authorityOf(request), name)) };
      },
    );
  }

  /** @throws HoldfastError `environment_unknown` */
  function found(request: Named): EnvironmentRecord {
    const { environment } = request.params;
    const record = environments.get(environment);
    if (record !== null) return record;
    throw unknownEnvironment(environment);
  }
}

function environmentShape(record: EnvironmentRecord): Readonly<Record<string, unknown>> {
  return {
    name: record.name,
    id: record.id,
    kind: record.kind,
    family: record.family,
    label: record.label,
    created_at: record.createdAt === 0 ? null : new Date(record.createdAt).toISOString(),
    archived_at: record.archivedAt === null ? null : new Date(record.archivedAt).toISOString(),
    archive_after_ms: record.archiveAfterMs,
  };
}

const LABEL_CHARS_MAX = 100;

function labelOf(text: unknown): string {
  if (
    typeof text === "string" &&
    text.trim() !== "" &&
    text.length <= LABEL_CHARS_MAX &&
    !/\p{C}/u.test(text)
  )
    return text;
  throw new HoldfastError("request_invalid", `A label is 1 to ${LABEL_CHARS_MAX} visible characters.`);
}

/** @throws HoldfastError `duration_invalid` */
function durationOf(text: unknown): number {
  if (typeof text !== "string")
    throw new HoldfastError("request_invalid", 'archive_after is a duration such as "3d".');
  return parseDuration(text);
}
