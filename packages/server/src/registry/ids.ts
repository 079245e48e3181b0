import type { AppId, Digest, EnvironmentName, FunctionId } from "@holdfast/protocol";

/** Id of an app: the same name in the same environment always has the same one. */
export function appId(environment: EnvironmentName, appName: string, digest: Digest): AppId {
  return uuidOf(["app", environment, appName], digest) as AppId;
}

/** Id of a function, stable across syncs. */
export function functionId(
  environment: EnvironmentName,
  appName: string,
  slug: string,
  digest: Digest,
): FunctionId {
  return uuidOf(["function", environment, appName, slug], digest) as FunctionId;
}

/** A UUID of version 8 (RFC 9562, 5.8): the first bits of a hash over unambiguous text. */
function uuidOf(parts: readonly string[], digest: Digest): string {
  const hex = digest.sha256Hex(JSON.stringify(parts));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join("-");
}
