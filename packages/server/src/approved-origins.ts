import type { AuditAct, Authority } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AdministrationStore, AuditDraft } from "#store";

/** Which origins operators approved for apps of an environment, beside the one each has. */
export interface ApprovedOrigins {
  /** Whether an operator said that this app may be called there. */
  has(app: string, origin: string): boolean;
  /** @throws HoldfastError `request_invalid` for what is no origin, `conflict` */
  approve(by: Authority, app: string, origin: string): Promise<void>;
}

/** @throws HoldfastError of the store */
export async function openApprovedOrigins(deps: {
  readonly administration: AdministrationStore;
  readonly draft: (act: AuditAct) => AuditDraft;
}): Promise<ApprovedOrigins> {
  const { administration, draft } = deps;
  const byApp = new Map<string, { readonly origin: string; readonly revision: number }>();
  for (const { body, id, revision } of await administration.records("approved-origin")) {
    // Written by `approve` below.
    byApp.set(id, { origin: (JSON.parse(body) as { origin: string }).origin, revision });
  }
  return {
    has: (app, origin) => byApp.get(app)?.origin === origin,
    async approve(by, app, origin) {
      if (URL.parse(origin)?.origin !== origin || !/^https?:/.test(origin))
        throw new HoldfastError(
          "request_invalid",
          "The origin must be one, such as https://app.example.org.",
        );
      const before = byApp.get(app);
      const revision = before?.revision ?? 0;
      const outcome = await administration.commit({
        changes: [
          { kind: "approved-origin", id: app, expectedRevision: revision, body: JSON.stringify({ origin }) },
        ],
        audit: [
          draft({
            action: "app.origin_approved",
            authority: by,
            targets: [{ type: "app", id: app, name: null }],
            result: "success",
            reason: null,
            changes: { origin: { from: before?.origin ?? null, to: origin } },
          }),
        ],
      });
      if (outcome.kind === "conflict")
        throw new HoldfastError(
          "conflict",
          `Cannot approve an origin for "${app}": it was changed meanwhile.`,
        );
      byApp.set(app, { origin, revision: revision + 1 });
    },
  };
}
