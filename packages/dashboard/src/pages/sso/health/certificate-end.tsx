import type { ReactNode } from "react";
import { now } from "../../../platform/now.ts";
import { urgencyOf } from "../../../text/times.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Day, When } from "../../../ui/when.tsx";

/** When a certificate ends, and a word about it when that is soon. One that is over is past all warning. */
export function CertificateEnd(props: {
  readonly at: string;
  readonly warning: string | null;
  readonly isOver: boolean;
}): ReactNode {
  const { at, isOver, warning } = props;
  const urgency = isOver ? "none" : urgencyOf(at, now());
  return (
    <>
      <Day at={at} />{" "}
      {urgency === "none" ? (
        <span className="sub">
          <When at={at} />
        </span>
      ) : (
        <Badge tone={urgency === "soon" ? "warn" : "bad"} icon="warn">
          {urgency === "over" ? "Ended" : <When at={at} />}
        </Badge>
      )}
      {warning === null || isOver ? null : <span className="sub">{warning}</span>}
    </>
  );
}
