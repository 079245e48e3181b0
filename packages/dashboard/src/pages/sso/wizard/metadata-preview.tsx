import type { MetadataPreview } from "@holdfast/client";
import type { ReactNode } from "react";
import { now } from "../../../platform/now.ts";
import { urgencyOf } from "../../../text/times.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Day } from "../../../ui/when.tsx";

/** What metadata says, before it is taken. */
export function MetadataPreviewList({ preview }: { readonly preview: MetadataPreview }): ReactNode {
  return (
    <div className="stack" role="status">
      {preview.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          <p>{warning}</p>
        </Notice>
      ))}
      <dl className="facts">
        <dt>Entity ID</dt>
        <dd className="mono">{preview.entity_id}</dd>
        <dt>Sign-on</dt>
        <dd className="mono">{preview.sso_url}</dd>
        <dt>Sign-out</dt>
        <dd className={preview.slo_url === null ? "soft" : "mono"}>{preview.slo_url ?? "Not offered"}</dd>
        <dt>Binding</dt>
        <dd>{preview.binding}</dd>
        <dt>Certificates</dt>
        <dd>
          <ul className="stack tight">
            {preview.certificates.map((certificate) => {
              const urgency = urgencyOf(certificate.not_after, now());
              return (
                <li key={certificate.sha256}>
                  {certificate.subject}{" "}
                  {urgency === "none" ? (
                    <span className="soft">
                      until <Day at={certificate.not_after} />
                    </span>
                  ) : (
                    <Badge tone={urgency === "soon" ? "warn" : "bad"} icon="warn">
                      {urgency === "over" ? "ended" : "ends"} <Day at={certificate.not_after} />
                    </Badge>
                  )}
                </li>
              );
            })}
          </ul>
        </dd>
        <dt>Name ID formats</dt>
        <dd className="mono">{preview.name_id_formats.join(" ") || "Not said"}</dd>
      </dl>
    </div>
  );
}
