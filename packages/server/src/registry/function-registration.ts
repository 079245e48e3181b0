import type { Digest, EnvironmentName, FunctionId } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import { jitterOf, parseCron } from "#schedules";
import type { AppRecord, FunctionRecord, Tick } from "#store";
import type { FunctionConfig, TriggerConfig } from "./function-config.ts";
import { identifierFault, keptText, quotedId, slugOf } from "./identifier.ts";
import { functionId } from "./ids.ts";
import { parseOptions } from "./options/options.ts";
import type { FaultCode, Report } from "./options/report.ts";
import { parseStep } from "./options/step.ts";
import { parseTriggers } from "./options/triggers.ts";
import { isFields } from "./options/values.ts";
import type { FunctionFault } from "./refusal.ts";

export interface RegistrationContext {
  readonly environment: EnvironmentName;
  readonly digest: Digest;
  /** Unix ms. */
  readonly now: number;
}

/** A function that was checked: what is stored of it, and the first ticks of its schedules. */
export interface ParsedFunction {
  readonly record: FunctionRecord;
  readonly ticks: readonly Tick[];
}

/**
 * Checks one function of a registration (wire-protocol 4.4) and turns it into what is stored, or says everything that is
 * wrong with it. Pure. `index` is its place in the registration, from 0; `url` is its app's.
 */
export function parseFunction(
  raw: unknown,
  index: number,
  app: AppRecord,
  url: URL,
  context: RegistrationContext,
): ParsedFunction | FunctionFault {
  const ordinal = `Function number ${index + 1}`;
  if (!isFields(raw))
    return { id: `#${index + 1}`, code: "config_invalid", errors: [`${ordinal} is not an object.`] };
  const slug = typeof raw["id"] === "string" && raw["id"] !== "" ? raw["id"] : slugOf(app.name, raw["name"]);
  const faults: { readonly code: FaultCode; readonly error: string }[] = [];
  const report: Report = (code, reason) => {
    faults.push({ code, error: `Function ${quotedId(slug)}: ${reason}.` });
  };

  const slugFault = identifierFault(slug);
  if (slugFault !== null) report("config_invalid", `its id ${slugFault}`);
  if (!slug.startsWith(`${app.name}-`))
    report("config_invalid", `it must have an id that begins with "${app.name}-"`);
  else if (slug.length === app.name.length + 1)
    faults.push({ code: "config_invalid", error: `${ordinal} must have an id or a name.` });
  const triggers = parseTriggers(raw["triggers"], report);
  const step = parseStep(raw, url, report);
  const options = parseOptions(raw, report, context.digest);
  const [first] = faults;
  if (first !== undefined) return { id: slug, code: first.code, errors: faults.map(({ error }) => error) };

  const config: FunctionConfig = { ...step, triggers, ...options };
  const id = functionId(context.environment, app.name, slug, context.digest);
  return {
    record: {
      id,
      appId: app.id,
      environment: context.environment,
      slug,
      name: keptText(raw["name"]) ?? slug,
      version: 1,
      config: canonicalJson(config),
      limits: Object.fromEntries(config.concurrency?.map(({ rule, limit }) => [rule, limit]) ?? []),
      archivedAt: null,
    },
    ticks: firstTicks(id, triggers, context),
  };
}

/** The next occurrence of each schedule; one that has none within the horizon of `Cron.next` has no tick. */
function firstTicks(
  id: FunctionId,
  triggers: readonly TriggerConfig[],
  { now, digest }: RegistrationContext,
): readonly Tick[] {
  return triggers.flatMap((trigger) => {
    if (!("cron" in trigger)) return [];
    const scheduledAt = parseCron(trigger.cron).next(now);
    if (scheduledAt === null) return [];
    const dueAt = scheduledAt + jitterOf(id, scheduledAt, trigger.jitterMs ?? 0, digest);
    return [{ functionId: id, cron: trigger.cron, scheduledAt, dueAt }];
  });
}
