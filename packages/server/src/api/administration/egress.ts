import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { EgressLimits, EgressPolicy } from "#egress";
import { parseFields } from "../body.ts";
import { actsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext, InEnvironment } from "./context.ts";
import { listField, numberField, textField } from "./fields.ts";

const PATH = "/holdfast/v1/admin/environments/:environment/egress";
const MODES = ["public", "listed", "any"] as const;

/** Where an environment's requests may go. */
export function egressRoutes(app: FastifyInstance, context: AdministrationContext): void {
  app.get(
    PATH,
    { config: { access: "operator", permission: "egress.read", audit: null } },
    async (request: InEnvironment) => ({
      data: shape((await actsOf(context, request)).egress.get()),
    }),
  );

  app.put(
    PATH,
    { config: { access: "operator", permission: "egress.manage", audit: "egress.policy_changed" } },
    async (request: InEnvironment) => {
      const { egress } = await actsOf(context, request);
      const fields = parseFields(request.body);
      const named = textField(fields, "mode") ?? egress.get().mode;
      const mode = MODES.find((each) => each === named);
      if (mode === undefined)
        throw new HoldfastError("request_invalid", `An egress policy's mode is one of ${MODES.join(", ")}.`);
      const policy = await egress.set(authorityOf(request), {
        mode,
        allow: listField(fields, "allow") ?? egress.get().allow,
        plainHttp: listField(fields, "plain_http") ?? egress.get().plainHttp,
        limits: limitsIn(fields, egress.get().limits),
      });
      return { data: shape(policy) };
    },
  );
}

/** What the body says of limits: null takes one away, and what is absent stays. */
function limitsIn(fields: Readonly<Record<string, unknown>>, before: EgressLimits): EgressLimits {
  const seconds = numberField(fields, "timeout_seconds");
  return {
    timeoutMs: "timeout_seconds" in fields ? (seconds === null ? null : seconds * 1000) : before.timeoutMs,
    answerBytes: "answer_bytes" in fields ? numberField(fields, "answer_bytes") : before.answerBytes,
    concurrency: "concurrency" in fields ? numberField(fields, "concurrency") : before.concurrency,
  };
}

function shape({ allow, limits, mode, plainHttp }: Required<EgressPolicy>): unknown {
  return {
    mode,
    allow,
    plain_http: plainHttp,
    timeout_seconds: limits.timeoutMs === null ? null : limits.timeoutMs / 1000,
    answer_bytes: limits.answerBytes,
    concurrency: limits.concurrency,
  };
}
