import type { ServedApp } from "./served-app.ts";
import { SDK_NAME, SDK_VERSION } from "./sdk-version.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What this SDK can do beyond the calls themselves, as a server learns it. */
const CAPABILITIES = { signatures: "v2", trust_probe: "v1" } as const;

/** What an app tells a server about itself by a call of its own: the body of `POST /fn/register` (wire-protocol 4.3). */
export function postedRegistration(app: ServedApp, url: string, deployId: string | null): Fields {
  const { appVersion } = app.client;
  return {
    url,
    deployType: "ping",
    framework: app.framework,
    appName: app.client.app,
    ...(appVersion === null ? {} : { appVersion }),
    functions: functionsAt(app, url),
    sdk: SDK_NAME,
    v: "0.1",
    capabilities: CAPABILITIES,
    ...(deployId === null ? {} : { deployId }),
  };
}

/** The same in the answer to a server's PUT (wire-protocol 4.2). */
export function answeredRegistration(app: ServedApp, url: string): Fields {
  const { appVersion, environment } = app.client;
  return {
    app_id: app.client.app,
    ...(appVersion === null ? {} : { appVersion }),
    capabilities: CAPABILITIES,
    env: environment === "" ? null : environment,
    framework: app.framework,
    functions: functionsAt(app, url),
    platform: app.platform,
    sdk: SDK_NAME,
    sdk_author: "holdfast",
    sdk_language: "js",
    sdk_version: SDK_VERSION,
    url,
  };
}

function functionsAt(app: ServedApp, url: string): readonly Fields[] {
  return [...app.records.values()].map((record) => record.registration(url));
}
