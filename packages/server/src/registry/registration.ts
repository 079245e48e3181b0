import { canonicalJson, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { AppRecord, AppSignatures, RegisteredApp } from "#store";
import { isConnectUrl, parseAppUrl } from "./app-url.ts";
import { isEndpointApp } from "./endpoints.ts";
import type { ParsedFunction, RegistrationContext } from "./function-registration.ts";
import { parseFunction } from "./function-registration.ts";
import { identifierFault, keptText } from "./identifier.ts";
import { appId } from "./ids.ts";
import type { Fields } from "./options/values.ts";
import { isFields } from "./options/values.ts";
import type { FunctionFault, Refusal } from "./refusal.ts";
import { functionFault, refuse, refuseFunctions } from "./refusal.ts";
import { refusedSdk } from "./sdk-version.ts";

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
  if (isEndpointApp(appName))
    return refuse("config_invalid", "The app's id must not be a URL: durable endpoints go by those");
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
    sdk: keptText(raw["sdk"]),
    framework: keptText(raw["framework"]),
    appVersion: keptText(raw["appVersion"]),
    signatures: signaturesOf(raw["capabilities"]),
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
  const parsed: ParsedFunction[] = [];
  const faults: FunctionFault[] = [];
  const slugs = new Set<string>();
  for (const [index, raw] of functions.entries()) {
    const result = parseFunction(raw, index, app, url, context);
    if ("errors" in result) {
      faults.push(result);
      continue;
    }
    const { slug } = result.record;
    if (slugs.has(slug)) faults.push(functionFault(slug, "it is listed twice"));
    slugs.add(slug);
    parsed.push(result);
  }
  const [first, ...others] = faults;
  if (first !== undefined) return refuseFunctions([first, ...others]);
  return {
    app,
    functions: parsed.map(({ record }) => record),
    ticks: parsed.flatMap(({ ticks }) => ticks),
  };
}

/** What an app says of its signatures. A later kind, which we do not know, is none. */
function signaturesOf(capabilities: unknown): AppSignatures | null {
  const said = isFields(capabilities) ? capabilities["signatures"] : null;
  return said === "v2" || said === "v2-ed25519" ? said : null;
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
