import type { Digest, EnvironmentName } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { AppRecord, FunctionRecord, RegisteredApp } from "#store";
import { parseAppUrl } from "./app-url.ts";
import type { RegisterOutcome } from "./contract.ts";
import { appId, functionId } from "./ids.ts";
import { refusedSdk } from "./sdk-version.ts";
import { unsupportedFeatures } from "./unsupported.ts";

export type Refusal = RegisterOutcome & { readonly ok: false };
type Fields = Readonly<Record<string, unknown>>;

export interface RegistrationContext {
  readonly environment: EnvironmentName;
  readonly digest: Digest;
  /** Unix ms. */
  readonly now: number;
}

/** Fields that may differ between two registrations of the very same app. */
const VOLATILE: ReadonlySet<string> = new Set(["featureObservations", "deployId", "idempotencyKey"]);

/**
 * Checks a registration (wire-protocol 4.3, 4.4) and turns it into what is stored. Pure. Everything is checked before
 * anything is given back: one bad function refuses the whole registration, and all that is wrong is named.
 */
export function parseRegistration(raw: unknown, context: RegistrationContext): RegisteredApp | Refusal {
  if (!isFields(raw)) return refuse("config_invalid", "The registration must be a JSON object");
  const appName = raw["appName"];
  if (typeof appName !== "string" || appName === "") return refuse("config_invalid", "App ID required");
  const nameFault = identifierFault(appName);
  if (nameFault !== null) return refuse("config_invalid", `The app's id ${nameFault}`);
  const denied = refusedSdk(raw["sdk"]);
  if (denied !== null) return refuse("sdk_version_denied", denied);
  if (raw["deployType"] === "connect" || isConnectUrl(raw["url"])) {
    return refuse(
      "feature_not_supported",
      `App "${appName}" uses Connect, which this version of Holdfast does not support yet.`,
    );
  }
  const url = parseAppUrl(typeof raw["url"] === "string" ? raw["url"] : "");
  if ("reason" in url) return refuse("config_invalid", `The app's URL ${url.reason}`);
  const functions = raw["functions"];
  if (!Array.isArray(functions)) return refuse("config_invalid", "The registration must list its functions");
  if (functions.length > LIMITS.functionsPerAppCount) {
    return refuse(
      "config_invalid",
      `An app may have at most ${LIMITS.functionsPerAppCount} functions; this one has ${functions.length}`,
    );
  }

  const lasting = lastingText(raw);
  if ("reason" in lasting) return refuse("config_invalid", lasting.reason);

  const app: AppRecord = {
    id: appId(context.environment, appName, context.digest),
    environment: context.environment,
    name: appName,
    url: url.url.href,
    checksum: context.digest.sha256Hex(lasting.text),
    sdk: textOrNull(raw["sdk"]),
    framework: textOrNull(raw["framework"]),
    appVersion: textOrNull(raw["appVersion"]),
    syncedAt: context.now,
    error: null,
  };
  return parseFunctions(functions, app, url.url, context);
}

function parseFunctions(
  functions: readonly unknown[],
  app: AppRecord,
  url: URL,
  context: RegistrationContext,
): RegisteredApp | Refusal {
  const records: FunctionRecord[] = [];
  const faults: FunctionFault[] = [];
  const slugs = new Set<string>();
  for (const [index, raw] of functions.entries()) {
    const parsed = parseFunction(raw, index, app, url, context);
    if ("errors" in parsed) faults.push(parsed);
    else if (slugs.has(parsed.slug))
      faults.push({
        id: parsed.slug,
        code: "config_invalid",
        errors: [`Function ${quote(parsed.slug)} is listed twice`],
      });
    else {
      slugs.add(parsed.slug);
      records.push(parsed);
    }
  }
  const [first] = faults;
  return first === undefined ? { app, functions: records } : refuseFunctions(first.code, faults);
}

/** The refusal of a registration for what is wrong with some of its functions. */
export function refuseFunctions(
  code: string,
  faults: readonly { readonly id: string; readonly errors: readonly string[] }[],
): Refusal {
  const sentences = faults.flatMap(({ errors }) => errors).slice(0, 5);
  return {
    ok: false,
    code,
    message: `At least one function is invalid: ${sentences.join(" ")}`,
    functions: faults.map(({ id, errors }) => ({ id, errors })),
  };
}

type FunctionFault = { readonly id: string; readonly code: string; readonly errors: readonly string[] };

function parseFunction(
  raw: unknown,
  index: number,
  app: AppRecord,
  url: URL,
  context: RegistrationContext,
): FunctionRecord | FunctionFault {
  if (!isFields(raw)) return fault(`#${index + 1}`, [`Function number ${index + 1} is not an object`]);
  const slug = typeof raw["id"] === "string" && raw["id"] !== "" ? raw["id"] : slugOf(app.name, raw["name"]);
  const errors: string[] = [];
  const slugFault = identifierFault(slug);
  if (slugFault !== null) errors.push(`Function ${quote(slug)}: its id ${slugFault}`);
  if (!slug.startsWith(`${app.name}-`))
    errors.push(`Function ${quote(slug)} must have an id that begins with "${app.name}-"`);
  else if (slug.length === app.name.length + 1)
    errors.push(`Function number ${index + 1} must have an id or a name`);
  const retries = retriesOf(raw["retries"]);
  if (retries === null && isPresent(raw["retries"])) errors.push(retriesFault(slug));

  const triggers = parseTriggers(slug, raw["triggers"]);
  errors.push(...triggers.errors);
  const step = parseStep(slug, raw["steps"], url);
  errors.push(...step.errors);
  if (errors.length > 0) return fault(slug, errors, step.code ?? triggers.code);
  const unsupported = unsupportedFeatures(slug, raw, triggers.triggers);
  if (unsupported.length > 0) return fault(slug, unsupported, "feature_not_supported");

  const config = {
    path: step.path,
    retries: step.retries ?? retries ?? LIMITS.retriesDefault,
    triggers: triggers.triggers.map((trigger) => ({ event: trigger["event"] })),
  };
  return {
    id: functionId(context.environment, app.name, slug, context.digest),
    appId: app.id,
    environment: context.environment,
    slug,
    name: textOrNull(raw["name"]) ?? slug,
    version: 1,
    config: canonicalJson(config),
    archivedAt: null,
  };
}

function parseTriggers(
  slug: string,
  raw: unknown,
): { triggers: readonly Fields[]; errors: string[]; code: string } {
  const errors: string[] = [];
  let code = "config_invalid";
  if (!Array.isArray(raw))
    return { triggers: [], errors: [`Function ${quote(slug)} must list its triggers`], code };
  if (raw.length > LIMITS.triggersPerFunctionCount) {
    errors.push(
      `Function ${quote(slug)} has ${raw.length} triggers; at most ${LIMITS.triggersPerFunctionCount} are allowed`,
    );
  }
  const seen = new Set<string>();
  const triggers = raw.filter(isFields);
  if (triggers.length !== raw.length)
    errors.push(`Function ${quote(slug)} has a trigger that is not an object`);
  for (const trigger of triggers) {
    // The whole registration has a canonical form, so this part of it has one too.
    const key = canonicalJson(trigger);
    if (seen.has(key)) errors.push(`Function ${quote(slug)} has the same trigger twice`);
    seen.add(key);
    if (trigger["cron"] !== undefined && trigger["cron"] !== null) continue;
    const event = trigger["event"];
    if (typeof event !== "string" || event === "" || event.length > LIMITS.triggerChars) {
      code = "event_name_invalid";
      errors.push(
        `Function ${quote(slug)} has a trigger whose event name is not 1 to ${LIMITS.triggerChars} characters of text`,
      );
    }
  }
  return { triggers, errors, code };
}

/** Exactly one step entry, on the app's own origin: it says where calls go and how often they are tried. */
function parseStep(
  slug: string,
  raw: unknown,
  app: URL,
): { path: string; retries: number | null; errors: string[]; code?: string } {
  const entries = isFields(raw) ? Object.values(raw) : [];
  const [entry] = entries;
  if (entries.length !== 1 || !isFields(entry))
    return { path: "", retries: null, errors: [`Function ${quote(slug)} must have exactly one step`] };
  const runtime = isFields(entry["runtime"]) ? entry["runtime"] : {};
  if (runtime["type"] === "ws" || isConnectUrl(runtime["url"])) {
    const error = `Function ${quote(slug)} uses Connect, which this version of Holdfast does not support yet.`;
    return { path: "", retries: null, errors: [error], code: "feature_not_supported" };
  }
  const errors: string[] = [];
  const url = parseAppUrl(typeof runtime["url"] === "string" ? runtime["url"] : "");
  if ("reason" in url) errors.push(`Function ${quote(slug)}: its URL ${url.reason}`);
  else if (url.url.origin !== app.origin) {
    errors.push(
      `Function ${quote(slug)} wants to be called at ${url.url.origin}, but its app is at ${app.origin}`,
    );
  }
  const attempts = isFields(entry["retries"]) ? entry["retries"]["attempts"] : undefined;
  const retries = retriesOf(attempts);
  if (retries === null && isPresent(attempts)) errors.push(retriesFault(slug));
  if ("reason" in url) return { path: "", retries, errors };
  url.url.searchParams.delete("stepId");
  return { path: `${url.url.pathname}${url.url.search}`, retries, errors };
}

function retriesOf(value: unknown): number | null {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return null;
  return Math.min(value, LIMITS.retriesMax);
}

function retriesFault(slug: string): string {
  return `Function ${quote(slug)} must have a whole number of retries, 0 or more`;
}

/** What is wrong with a name that ends up in ids, URLs and logs, or null. */
function identifierFault(text: string): string | null {
  if (text.length > LIMITS.identifierChars)
    return `has ${text.length} characters; at most ${LIMITS.identifierChars} are allowed`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return "holds invisible or control characters";
  if (!text.isWellFormed()) return "holds half of a character (a lone surrogate)";
  return null;
}

/** An id as a message shows it: it may be anything here, as long as the whole registration. */
function quote(id: string): string {
  return JSON.stringify(id.length > LIMITS.identifierChars ? `${id.slice(0, 40)}…` : id);
}

/** Workers that hold a connection open register under a WebSocket address. */
function isConnectUrl(value: unknown): boolean {
  return typeof value === "string" && /^wss?:/i.test(value);
}

function slugOf(appName: string, name: unknown): string {
  const words =
    typeof name === "string"
      ? name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, "-")
          .replace(/^-+|-+$/g, "")
      : "";
  return `${appName}-${words}`;
}

/** What two registrations of the same app have in common, as canonical JSON, which some nesting and numbers do not have. */
function lastingText(raw: Fields): { readonly text: string } | { readonly reason: string } {
  try {
    return {
      text: canonicalJson(Object.fromEntries(Object.entries(raw).filter(([key]) => !VOLATILE.has(key)))),
    };
  } catch (error) {
    if (isHoldfastError(error)) return { reason: `The registration cannot be stored: ${error.message}` };
    throw error;
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, LIMITS.identifierChars) : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fault(id: string, errors: readonly string[], code = "config_invalid"): FunctionFault {
  return { id, code, errors };
}

function refuse(code: string, message: string): Refusal {
  return { ok: false, code, message, functions: [] };
}
