import { HoldfastError, isHoldfastError, parseSigningKey } from "@holdfast/protocol";
import type { SigningKey } from "@holdfast/protocol";
import { parseUrl } from "../serve/parse-url.ts";
import type { Mode } from "./contract.ts";
import { resolveMode } from "./mode.ts";
import type { SignatureMode } from "../signatures/contract.ts";
import type { ClientOptions } from "./options.ts";
import { unknownOption } from "./options.ts";
import { isLoopback, resolveOrigins } from "./origins.ts";
import { settingFault } from "./setting-fault.ts";
import type { Given, VariableName } from "./variables.ts";
import { readVariable } from "./variables.ts";

/** A client's settings, of its options and the environment: checked, and with defaults filled in. */
export interface Settings {
  readonly app: string;
  readonly appVersion: string | null;
  /** Empty when none was named. */
  readonly environment: string;
  readonly mode: Mode;
  readonly apiOrigin: string;
  readonly eventOrigin: string;
  readonly eventKey: string | null;
  /** The first signs. */
  readonly signingKeys: readonly SigningKey[];
  readonly serverKeys: readonly string[];
  readonly signatures: SignatureMode;
  readonly serveOrigin: string | null;
  readonly servePath: string | null;
  readonly streaming: boolean;
  readonly isInBandSyncAllowed: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

const ID_CHARS_MAX = 256;
const YES: ReadonlySet<string> = new Set(["1", "true", "allow", "force"]);
const NO: ReadonlySet<string> = new Set(["0", "false"]);

/**
 * Settles what a client is: options before variables, `HOLDFAST_…` before `INNGEST_…`. Pure. Nothing is guessed where a
 * guess would open the app: production is the default, and refuses to start without a key to verify by.
 *
 * @throws HoldfastError `config_invalid` or `key_invalid`, which name the option or variable and show no secret.
 */
export function resolveSettings(options: ClientOptions, variables: Variables): Settings {
  if (typeof options !== "object" || options === null) throw settingFault("its options", "must be an object");
  const stranger = unknownOption(options);
  if (stranger !== null) throw settingFault(`the option ${stranger}`, "does not exist");

  const given = (
    option: string | undefined,
    name: keyof ClientOptions,
    variable: VariableName,
  ): Given | null => ofOption(option, name) ?? readVariable(variables, variable);
  const devVariable = readVariable(variables, "DEV");
  const { mode, devUrl, isExplicit } = resolveMode(options.mode, devVariable);
  const origins = resolveOrigins(
    {
      option: ofOption(options.baseUrl, "baseUrl"),
      api: readVariable(variables, "API_BASE_URL"),
      events: readVariable(variables, "EVENT_API_BASE_URL"),
      base: readVariable(variables, "BASE_URL"),
      dev: devUrl === null ? null : { value: devUrl, source: devVariable?.source ?? "" },
    },
    mode,
  );
  if (mode === "dev" && variables["NODE_ENV"] === "production")
    refuseDevInProduction(isExplicit && isLoopback(origins.api) && isLoopback(origins.events));

  const signingKeys = readSigningKeys(
    given(options.signingKey, "signingKey", "SIGNING_KEY"),
    given(options.signingKeyFallback, "signingKeyFallback", "SIGNING_KEY_FALLBACK"),
  );
  const serverKeys =
    options.serverKeys ?? readVariable(variables, "SERVER_KEYS")?.value.split(/\s*,\s*/) ?? [];
  if (mode === "production" && signingKeys.length === 0 && serverKeys.length === 0) {
    throw settingFault(
      "HOLDFAST_SIGNING_KEY",
      "is not set, and in production nothing runs that cannot be verified",
      "Set HOLDFAST_SIGNING_KEY to a key of the server; on a developer's machine set HOLDFAST_DEV=1.",
    );
  }
  return {
    app: readId(options.id),
    appVersion: ofOption(options.appVersion, "appVersion")?.value ?? null,
    environment: readEnvironment(given(options.env, "env", "ENV")),
    mode,
    apiOrigin: origins.api,
    eventOrigin: origins.events,
    eventKey: given(options.eventKey, "eventKey", "EVENT_KEY")?.value ?? null,
    signingKeys,
    serverKeys,
    signatures: readStrictness(given(options.signatures, "signatures", "SIGNATURES")),
    serveOrigin: readServeOrigin(given(options.serveOrigin, "serveOrigin", "SERVE_ORIGIN")),
    servePath: readServePath(given(options.servePath, "servePath", "SERVE_PATH")),
    streaming: options.streaming ?? readBoolean(readVariable(variables, "STREAMING")) ?? false,
    isInBandSyncAllowed: readBoolean(readVariable(variables, "ALLOW_IN_BAND_SYNC")) ?? true,
  };
}

/** An option of text, without white space around it; an empty one is refused, since it was meant to be something. */
function ofOption(value: unknown, name: keyof ClientOptions): Given | null {
  if (value === undefined) return null;
  const source = `the option ${name}`;
  if (typeof value !== "string" || value.trim() === "")
    throw settingFault(source, "must be text, and not empty");
  return { value: value.trim(), source };
}

function readId(id: unknown): string {
  const given = ofOption(id, "id");
  if (given === null) throw settingFault("the option id", "must be given");
  if (given.value.length > ID_CHARS_MAX || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(given.value))
    throw settingFault(given.source, `must be at most ${ID_CHARS_MAX} characters, all of them visible`);
  return given.value;
}

function readEnvironment(given: Given | null): string {
  if (given === null) return "";
  // It travels in a header.
  if (/^[\x21-\x7e]{1,256}$/.test(given.value)) return given.value;
  throw settingFault(given.source, "must be 1 to 256 visible ASCII characters without white space");
}

function readSigningKeys(first: Given | null, fallback: Given | null): readonly SigningKey[] {
  if (first === null && fallback !== null)
    throw settingFault(fallback.source, "is set, and the signing key is not");
  return [first, fallback].filter((given) => given !== null).map(readSigningKey);
}

function readSigningKey({ value, source }: Given): SigningKey {
  try {
    return parseSigningKey(value);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    throw new HoldfastError(error.code, `${error.message} It came from ${source}.`, {
      details: { setting: source },
    });
  }
}

function refuseDevInProduction(isMeant: boolean): void {
  if (isMeant) return;
  throw settingFault(
    "NODE_ENV",
    "is production, and dev mode, where nothing is verified, would open the app",
    'Take HOLDFAST_DEV out. To go on all the same give the option mode: "dev" and a server on this machine.',
  );
}

function readStrictness(given: Given | null): SignatureMode {
  if (given === null) return "auto";
  const { value, source } = given;
  if (value === "auto" || value === "strict" || value === "compat") return value;
  throw settingFault(source, 'must be "auto", "strict" or "compat"');
}

function readServeOrigin(given: Given | null): string | null {
  if (given === null) return null;
  const url = parseUrl(given.value);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin)
    throw settingFault(given.source, "must be a scheme and a host, such as https://shop.example");
  return url.origin;
}

function readServePath(given: Given | null): string | null {
  if (given === null) return null;
  if (/^\/[^?#\s]*$/.test(given.value)) return given.value;
  throw settingFault(given.source, "must be a path that begins with a slash, such as /api/holdfast");
}

function readBoolean(given: Given | null): boolean | null {
  if (given === null) return null;
  if (YES.has(given.value)) return true;
  if (NO.has(given.value)) return false;
  throw settingFault(given.source, "must be 1, true, 0 or false");
}
