import { Readable } from "node:stream";
import type { AuditFormat } from "@holdfast/protocol";
import { AUDIT_FORMATS, HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AuditAdministration } from "#audit";
import type { AuditRow } from "#store";
import { parseFields } from "../body.ts";
import { actsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext, InEnvironment } from "./context.ts";
import { instant, textField } from "./fields.ts";

interface ListQuery {
  readonly before?: string;
  readonly limit?: string;
  readonly action?: string;
  readonly actor?: string;
}

const LIMIT = { usual: 50, max: 1000 } as const;

/** The audit logs: the installation's, and that of each environment. */
export function auditRoutes(app: FastifyInstance, context: AdministrationContext): void {
  const places = [
    ["/holdfast/v1/admin/audit", async () => context.audit],
    [
      "/holdfast/v1/admin/environments/:environment/audit",
      async (request: FastifyRequest) => (await actsOf(context, request as InEnvironment)).audit,
    ],
  ] as const satisfies readonly (readonly [
    string,
    (request: FastifyRequest) => Promise<AuditAdministration>,
  ])[];
  const reading = { config: { access: "operator", permission: "audit.read", audit: null } } as const;

  for (const [path, logOf] of places) {
    app.get(path, reading, async (request) => {
      const log = await logOf(request);
      // Fastify gives every member of a query as text, or as a list when it is repeated.
      const { action, actor, before, limit } = request.query as ListQuery;
      const rows = await log.list({
        before: before === undefined ? null : wholeNumber(before, "before", Number.MAX_SAFE_INTEGER),
        limit: limit === undefined ? LIMIT.usual : wholeNumber(limit, "limit", LIMIT.max),
        ...(action === undefined ? {} : { action }),
        ...(actor === undefined ? {} : { actor }),
      });
      return { data: rows.map(rowShape) };
    });

    app.post(
      `${path}/export`,
      { config: { access: "operator", permission: "audit.export", audit: "audit.exported" } },
      async (request, reply): Promise<FastifyReply> => {
        const log = await logOf(request);
        const format = formatOf(request.body);
        const type = format === "csv" ? "text/csv" : "application/jsonl";
        return reply
          .header("content-type", `${type}; charset=utf-8`)
          .header("content-disposition", `attachment; filename="${fileNameOf(request, format)}"`)
          .send(Readable.from(log.export(authorityOf(request), format)));
      },
    );

    app.get(`${path}/verify`, reading, async (request) => ({ data: await (await logOf(request)).verify() }));

    app.get(`${path}/checkpoints`, reading, async (request) => {
      const log = await logOf(request);
      const rows = await log.checkpoints();
      return {
        data: {
          keys: log.keys(),
          checkpoints: rows.map(({ at, note, size }) => ({ size, at: instant(at), note })),
        },
      };
    });

    // It signs what is there already, and changes nothing of it.
    app.post(`${path}/checkpoint`, reading, async (request) => {
      const row = await (await logOf(request)).checkpoint();
      return { data: row === null ? null : { size: row.size, at: instant(row.at), note: row.note } };
    });
  }
}

/** What an export is called where it is saved: by its log. The name of an environment that there is needs no quoting. */
function fileNameOf(request: FastifyRequest, format: AuditFormat): string {
  const { environment = "installation" } = request.params as Partial<InEnvironment["params"]>;
  return `holdfast-audit-${environment}.${format === "csv" ? "csv" : "jsonl"}`;
}

/** @throws HoldfastError `request_invalid` for a format that there is not */
function formatOf(body: unknown): AuditFormat {
  const named = Buffer.isBuffer(body) && body.length > 0 ? textField(parseFields(body), "format") : null;
  const format = AUDIT_FORMATS.find((each) => each === (named ?? "jsonl"));
  if (format !== undefined) return format;
  throw new HoldfastError("request_invalid", `A log is exported as one of ${AUDIT_FORMATS.join(", ")}.`);
}

function rowShape({ hash, openings, seq, text }: AuditRow): unknown {
  // Both are the drafter's own JSON.
  const names = openings === null ? null : (JSON.parse(openings) as unknown);
  return { seq, hash, entry: JSON.parse(text) as unknown, openings: names };
}

function wholeNumber(text: unknown, name: string, max: number): number {
  if (typeof text === "string" && /^[1-9]\d{0,15}$/.test(text) && Number(text) <= max) return Number(text);
  throw new HoldfastError("request_invalid", `${name} must be a whole number from 1 to ${max}.`);
}
