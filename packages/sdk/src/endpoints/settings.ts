import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import { parseUrl } from "../serve/parse-url.ts";
import type { EndpointOptions } from "./contract.ts";

/** An endpoint's options, checked and with defaults filled in. */
export interface EndpointSettings {
  /** Empty when its method and path stand for it. */
  readonly functionId: string;
  readonly retries: number;
  readonly asyncResponse: "redirect" | "token";
  readonly asyncRedirectUrl: string | null;
}

/** Every option by name; the compiler holds the list against the type. */
const NAMES: Readonly<Record<keyof EndpointOptions, true>> = {
  functionId: true,
  retries: true,
  asyncResponse: true,
  asyncRedirectUrl: true,
};

/**
 * Reads the options of an endpoint.
 *
 * @throws HoldfastError `function_invalid`, which names the option; also when the client seals and callers would be sent to
 * the server for an outcome that it cannot read.
 */
export function endpointSettings(
  { stage }: Pick<ClientState, "stage">,
  options: EndpointOptions,
): EndpointSettings {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) throw fault(unknown, "is not an option of endpoints");
  const { functionId = "", retries = LIMITS.retriesDefault, asyncResponse = "redirect" } = options;
  if (functionId !== "" && !isIdentifier(functionId)) {
    throw fault("functionId", `must be text of 1 to ${LIMITS.identifierChars} characters`);
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > LIMITS.retriesMax) {
    throw fault("retries", `must be a whole number from 0 to ${LIMITS.retriesMax}`);
  }
  if (asyncResponse !== "redirect" && asyncResponse !== "token") {
    throw fault("asyncResponse", 'must be "redirect" or "token"');
  }
  const asyncRedirectUrl = options.asyncRedirectUrl ?? null;
  if (asyncRedirectUrl !== null && !isAddress(asyncRedirectUrl)) {
    throw fault("asyncRedirectUrl", "must be a path from / or an address under http or https");
  }
  if (stage.isSealing && asyncRedirectUrl === null) {
    throw fault(
      "asyncRedirectUrl",
      "is needed by a client that seals: the server cannot read the outcome of a request, and only the app's own endpointProxy() can",
      "Serve client.endpointProxy() at a path of the app, and name that path.",
    );
  }
  return { functionId, retries, asyncResponse, asyncRedirectUrl };
}

function isIdentifier(value: unknown): boolean {
  return typeof value === "string" && value.length <= LIMITS.identifierChars && /^[\x20-\x7e]+$/.test(value);
}

/** A path of the same host, not one that begins with two slashes and names another; or a whole address. */
function isAddress(value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (/^\/(?![/\\])/.test(value)) return true;
  const url = parseUrl(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

function fault(option: string, reason: string, next?: string): HoldfastError {
  return new HoldfastError("function_invalid", `Cannot make the endpoint: ${option} ${reason}.`, {
    details: { option },
    ...(next === undefined ? {} : { next }),
  });
}
