import type { AppRecord } from "#store";
import { message, timestamp } from "./message.ts";

/** An app as v2 shows it (20.1 `App`). When it was first seen is not kept, so `createdAt` is absent. */
export function appShape(app: AppRecord, functionCount: number): Record<string, unknown> {
  const [sdkLanguage, sdkVersion] = (app.sdk ?? "").split(":", 2);
  return message({
    id: app.name,
    name: app.name,
    method: "SERVE",
    appVersion: app.appVersion,
    functionCount,
    latestSync: message({
      status: app.error === null ? "SUCCESS" : "ERROR",
      syncedAt: timestamp(app.syncedAt),
      sdkLanguage,
      sdkVersion,
      framework: app.framework,
      url: app.url,
      error: app.error,
      appVersion: app.appVersion,
    }),
  });
}
