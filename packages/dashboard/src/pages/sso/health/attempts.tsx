import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { Badge } from "../../../ui/badge.tsx";
import { Panel, TableBox } from "../../../ui/panel.tsx";
import { When } from "../../../ui/when.tsx";

/** Who tried lately and what became of it: enough to help, without names. */
export function Attempts({ attempts }: Pick<SsoConnection, "attempts">): ReactNode {
  return (
    <Panel
      title="Last sign-ins"
      words="Up to fifty. Whoever is refused is shown a reference, by which you find the reason here."
      isFlush
    >
      {attempts.length === 0 ? (
        <p className="soft none">Nobody has tried yet.</p>
      ) : (
        <TableBox label="Last sign-ins" folds>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Domain</th>
              <th scope="col">Outcome</th>
              <th scope="col">Reference</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt, index) => (
              <tr key={index}>
                <td data-label="When">
                  <When at={attempt.at} />
                </td>
                <td data-label="Domain">{attempt.email_domain ?? <span className="soft">unknown</span>}</td>
                <td data-label="Outcome">
                  {attempt.outcome === "success" ? (
                    <Badge tone="good" icon="check">
                      Signed in
                    </Badge>
                  ) : (
                    <>
                      <Badge tone="bad" icon="cross">
                        Refused
                      </Badge>
                      <span className="sub">
                        {attempt.sentence} <code>{attempt.code}</code>
                      </span>
                    </>
                  )}
                </td>
                <td data-label="Reference">
                  {attempt.reference === null ? "" : <code>{attempt.reference}</code>}
                </td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Panel>
  );
}
