import type { SamlConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { Given } from "../../../ui/given.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel, TableBox } from "../../../ui/panel.tsx";
import { CertificateEnd } from "./certificate-end.tsx";

const USES = { signing: "Signs what we ask", encryption: "Opens what is encrypted for us" } as const;
type Step = "prepare" | "turn" | "give-up";

/** Our own keys, by which the provider knows us: the next ones are made known there before they take over. */
export function OwnKeys(props: {
  readonly connection: SamlConnection;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { connection, isReadOnly } = props;
  const { metadata_url: metadataUrl, own_keys: keys } = connection.service_provider;
  const change = useAct((client, step: Step) => client.changeOwnKeys(connection.id, step), {
    changes: ["sso"],
    said: "Saved",
  });
  const hasNext = keys.some(({ state }) => state === "next");
  return (
    <Panel
      title="Our keys"
      words="By these the provider knows this server."
      acts={
        isReadOnly || hasNext ? null : (
          <Button size="small" isBusy={change.isBusy} onClick={() => change.run("prepare")}>
            Make the next ones
          </Button>
        )
      }
      isFlush
    >
      {hasNext || change.failure !== null ? (
        <div className="stack padded">
          <FailureNotice failure={change.failure} />
          {hasNext ? (
            <>
              <Notice title="The next keys are announced, and do nothing yet">
                <p>Have the provider read the metadata again, then let them take over.</p>
              </Notice>
              <Given label="Metadata" value={metadataUrl} />
            </>
          ) : null}
          {hasNext && !isReadOnly ? (
            <div className="row">
              <Button look="first" isBusy={change.isBusy} onClick={() => change.run("turn")}>
                Let them take over
              </Button>
              <Button look="danger" isBusy={change.isBusy} onClick={() => change.run("give-up")}>
                Give them up
              </Button>
            </div>
          ) : null}
        </div>
      ) : null}
      <TableBox label="Our keys" folds>
        <thead>
          <tr>
            <th scope="col">Certificate</th>
            <th scope="col">State</th>
            <th scope="col">Ends</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ not_after: end, sha256, state, use, warning }) => (
            <tr key={sha256}>
              <th scope="row">
                {USES[use]}
                <span className="sub mono">SHA-256 {sha256.slice(0, 16)}…</span>
              </th>
              <td data-label="State">
                <Badge tone={state === "current" ? "good" : "accent"}>
                  {state === "current" ? "At work" : "Next"}
                </Badge>
              </td>
              <td data-label="Ends">
                <CertificateEnd at={end} warning={warning} isOver={false} />
              </td>
            </tr>
          ))}
        </tbody>
      </TableBox>
    </Panel>
  );
}
