import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SinkView } from "#audit";
import { SINK_FORMATS, SINK_KINDS } from "#audit";
import { parseFields } from "../body.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";
import { instant, textField, wantedText } from "./fields.ts";

const PATH = "/holdfast/v1/admin/audit/sinks";

type OneSink = FastifyRequest<{ Params: { id: string } }>;

/** Where the audit logs go. A sink's secret is in the answer that makes it, and in no other. */
export function auditSinkRoutes(app: FastifyInstance, { sinks }: AdministrationContext): void {
  app.get(PATH, { config: { access: "operator", permission: "sinks.read", audit: null } }, async () => ({
    data: (await sinks.list()).map(sinkShape),
  }));

  app.post(
    PATH,
    { config: { access: "operator", permission: "sinks.manage", audit: "audit_sink.created" } },
    async (request, reply) => {
      const fields = parseFields(request.body);
      const made = await sinks.create(authorityOf(request), {
        name: wantedText(fields, "name"),
        kind: oneOf(wantedText(fields, "kind"), "kind", SINK_KINDS),
        target: wantedText(fields, "target"),
        format: oneOf(textField(fields, "format") ?? "jsonl", "format", SINK_FORMATS),
      });
      const secret = made.secret === null ? {} : { secret: made.secret };
      return reply.code(201).send({ data: { ...sinkShape(made.sink), ...secret } });
    },
  );

  app.patch(
    `${PATH}/:id`,
    { config: { access: "operator", permission: "sinks.manage", audit: "audit_sink.changed" } },
    async (request: OneSink) => {
      const fields = parseFields(request.body);
      const [name, target, format] = ["name", "target", "format"].map((each) => textField(fields, each));
      const changed = await sinks.change(authorityOf(request), request.params.id, {
        ...(typeof name === "string" ? { name } : {}),
        ...(typeof target === "string" ? { target } : {}),
        ...(typeof format === "string" ? { format: oneOf(format, "format", SINK_FORMATS) } : {}),
      });
      return { data: sinkShape(changed) };
    },
  );

  app.delete(
    `${PATH}/:id`,
    { config: { access: "operator", permission: "sinks.manage", audit: "audit_sink.removed" } },
    async (request: OneSink) => {
      await sinks.remove(authorityOf(request), request.params.id);
      return { data: { id: request.params.id } };
    },
  );

  app.post(
    `${PATH}/:id/test`,
    { config: { access: "operator", permission: "sinks.manage", audit: "audit_sink.tested" } },
    async (request: OneSink) => {
      const error = await sinks.test(authorityOf(request), request.params.id);
      return { data: { delivered: error === null, error } };
    },
  );
}

/** @throws HoldfastError `request_invalid` */
function oneOf<Word extends string>(text: string, name: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw new HoldfastError("request_invalid", `A sink's ${name} is one of ${words.join(", ")}.`);
}

function sinkShape(sink: SinkView): object {
  const { behind, failing, format, id, kind, logs, name, target } = sink;
  return {
    id,
    name,
    kind,
    target,
    format,
    created_at: instant(sink.createdAt),
    state: failing === null ? "delivering" : "failing",
    failing_since: instant(failing?.since ?? null),
    last_error: failing?.error ?? null,
    last_delivered_at: instant(sink.deliveredAt),
    behind,
    logs,
  };
}
