import type { AuditRowInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { When } from "../../ui/when.tsx";
import { actionWords } from "./audit-filter.ts";
import { AuditDetails } from "./audit-details.tsx";
import { nameIn } from "./entry-names.ts";

/** An entry in a line; unfolded it shows what was, what is, and its place in the chain. */
export function AuditRow(props: {
  readonly row: AuditRowInfo;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}): ReactNode {
  const { isOpen, onToggle, row } = props;
  const { action, actor, at, result, targets } = row.entry;
  const target = targets[0];
  const details = `entry-${row.seq}`;
  return (
    <>
      <tr className="link">
        <td data-label="When">
          <When at={at} />
        </td>
        <td data-label="Who">
          {nameIn(row, actor.name_commitment) ?? <span className="mono">{actor.id}</span>}
          <span className="sub">{actor.type}</span>
        </td>
        <th scope="row">
          <button
            type="button"
            className="unfold"
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            onClick={onToggle}
          >
            <Icon name="down" />
            {actionWords(action)}
          </button>
        </th>
        <td data-label="On">
          {target === undefined ? (
            <span className="soft">–</span>
          ) : (
            <>
              {nameIn(row, target.name_commitment) ?? <span className="mono">{target.id}</span>}
              <span className="sub">
                {target.type.replaceAll("_", " ")}
                {targets.length > 1 ? ` and ${targets.length - 1} more` : ""}
              </span>
            </>
          )}
        </td>
        <td data-label="Result">
          <Result result={result} />
        </td>
      </tr>
      {isOpen ? (
        <tr id={details} className="unfolded">
          <td colSpan={5}>
            <AuditDetails row={row} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Result({ result }: { readonly result: string }): ReactNode {
  switch (result) {
    case "success":
      return (
        <Badge tone="good" icon="check">
          Done
        </Badge>
      );
    case "denied":
      return (
        <Badge tone="warn" icon="lock">
          Denied
        </Badge>
      );
    default:
      return (
        <Badge tone="bad" icon="cross">
          Failed
        </Badge>
      );
  }
}
