/** A registration in the form of `POST /fn/register` (wire-protocol 4.3). */
export type Registration = Readonly<Record<string, unknown>>;

/** SDKs for TypeScript, of whoever made them: the published one, and Holdfast's own. */
const TYPESCRIPT = /^(?:\w+-)?js:/;

/**
 * Turns the body of an in-band answer (wire-protocol 4.2) into the registration the same app would have posted by
 * itself (4.3), so that both ways lead to the same checksum and changing between them changes nothing.
 * Returns null when the body names no app. What the fields hold is the registry's to check.
 *
 * What the SDK tells about its own set-up (`inspection`, with hashes of its keys, and `featureObservations`) stays out.
 */
export function registrationOf(body: unknown, url: string): Registration | null {
  if (typeof body !== "object" || body === null) return null;
  // An object's members may be read by name; what they hold is checked before it is used.
  const answer = body as Record<string, unknown>;
  const appName = answer["app_id"];
  if (typeof appName !== "string" || appName === "") return null;
  const sdk = sdkOf(answer);
  const isTypeScript = sdk !== null && TYPESCRIPT.test(sdk);
  return {
    url: typeof answer["url"] === "string" && answer["url"] !== "" ? answer["url"] : url,
    deployType: "ping",
    framework: answer["framework"] ?? "",
    appName,
    ...(typeof answer["appVersion"] === "string" ? { appVersion: answer["appVersion"] } : {}),
    functions: answer["functions"] ?? [],
    ...(sdk === null ? {} : { sdk }),
    v: isTypeScript ? "0.1" : "1",
    ...(answer["capabilities"] === undefined ? {} : { capabilities: answer["capabilities"] }),
    // The Go SDK posts these as a member, the TypeScript one as headers only.
    ...(isTypeScript ? {} : { headers: { env: answer["env"] ?? "", platform: answer["platform"] ?? "" } }),
  };
}

/** `<language>:v<version>`: said outright by TypeScript, in two fields by others. */
function sdkOf(answer: Readonly<Record<string, unknown>>): string | null {
  if (typeof answer["sdk"] === "string" && answer["sdk"] !== "") return answer["sdk"];
  const { sdk_language: language, sdk_version: version } = answer;
  if (typeof language !== "string" || typeof version !== "string" || language === "" || version === "")
    return null;
  return `${language}:${version.startsWith("v") ? "" : "v"}${version}`;
}
