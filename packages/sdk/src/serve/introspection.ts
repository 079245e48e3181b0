import type { ServedApp } from "./served-app.ts";
import { SDK_NAME } from "./sdk-version.ts";

type Fields = Readonly<Record<string, unknown>>;

const SCHEMA_VERSION = "2024-05-24";

/**
 * What an app says about itself (wire-protocol 4.9): a list written out here, into which nothing gets by itself. In
 * production only whoever signed the request is told, and of keys only their ids.
 */
export function introspection(app: ServedApp, isAuthenticated: boolean): Fields {
  const { client } = app;
  const [key, fallback] = client.signingKeys;
  const common = {
    function_count: app.records.size,
    has_signing_key: key !== undefined,
    mode: client.mode === "dev" ? "dev" : "cloud",
    schema_version: SCHEMA_VERSION,
  };
  if (!isAuthenticated) return common;
  const { digest } = client.world;
  return {
    ...common,
    app_id: client.app,
    authentication_succeeded: true,
    env: client.environment === "" ? null : client.environment,
    framework: app.framework,
    has_signing_key_fallback: fallback !== undefined,
    sdk: SDK_NAME,
    sdk_language: "js",
    // Under the name that other SDKs use; 12 digits, from which nothing can be signed.
    signing_key_hash: key?.keyId(digest) ?? null,
    signing_key_fallback_hash: fallback?.keyId(digest) ?? null,
  };
}
