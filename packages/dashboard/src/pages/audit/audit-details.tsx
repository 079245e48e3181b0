import type { AuditRowInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { Exact } from "../../ui/when.tsx";
import { nameIn, valueWords } from "./entry-names.ts";

/** All that an entry says. */
export function AuditDetails({ row }: { readonly row: AuditRowInfo }): ReactNode {
  const { actor, at, changes, context, reason, targets } = row.entry;
  const changed = Object.entries(changes);
  return (
    <div className="stack">
      {changed.length === 0 ? null : (
        <table className="diff">
          <caption className="unseen">What changed</caption>
          <thead>
            <tr>
              <th scope="col">Changed</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {changed.map(([name, { from, to }]) => (
              <tr key={name}>
                <th scope="row">{name.replaceAll("_", " ")}</th>
                <td className="was">{valueWords(from)}</td>
                <td className="is">{valueWords(to)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="facts small">
        <dt>When</dt>
        <dd>
          <Exact at={at} /> <span className="soft mono">{at}</span>
        </dd>
        <dt>Who</dt>
        <dd>
          {nameIn(row, actor.name_commitment) ?? "A name that is not kept"}{" "}
          <span className="mono soft">{actor.id}</span>
        </dd>
        {targets.map((target) => (
          <TargetFact key={`${target.type} ${target.id}`} row={row} target={target} />
        ))}
        {reason === null ? null : (
          <>
            <dt>Why</dt>
            <dd>{reason}</dd>
          </>
        )}
        <dt>From</dt>
        <dd>
          {context.address ?? "no address"}, by {context.via}
          {context.user_agent === null ? null : <span className="soft"> ({context.user_agent})</span>}
        </dd>
        <dt>Entry</dt>
        <dd>
          {row.seq} <span className="mono soft">{row.hash}</span>
        </dd>
      </dl>
    </div>
  );
}

function TargetFact(props: {
  readonly row: AuditRowInfo;
  readonly target: AuditRowInfo["entry"]["targets"][number];
}): ReactNode {
  const { row, target } = props;
  return (
    <>
      <dt>On</dt>
      <dd>
        {target.type.replaceAll("_", " ")} {nameIn(row, target.name_commitment)}{" "}
        <span className="mono soft">{target.id}</span>
      </dd>
    </>
  );
}
