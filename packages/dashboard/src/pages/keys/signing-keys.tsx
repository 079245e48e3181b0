import type { Environment } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { rotationQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { RotationPanel } from "./rotation-panel.tsx";
import { rotationStage } from "./rotation-stage.ts";

const STATES = {
  pending: { tone: "accent", words: "Rolling out" },
  active: { tone: "good", words: "Signs" },
  retiring: { tone: "warn", words: "Still accepted" },
  revoked: { tone: "plain", words: "Revoked" },
} as const;

/** Signing keys, and how far a rotation is. */
export function SigningKeys({ environment }: { readonly environment: Environment }): ReactNode {
  const { client } = useServices();
  const query = useQuery(rotationQuery(client, environment.name));
  const mayManage = useMay("signing_keys.manage");
  const rotate = useAct((ask) => ask.beginRotation(environment.name), { changes: ["signing-keys"] });
  const stage = query.data === undefined ? null : rotationStage(query.data);
  return (
    <Panel
      title={`Signing keys of ${environment.label}`}
      words="By them apps and this server know each other."
      acts={
        mayManage && stage?.kind === "settled" ? (
          <Button size="small" isBusy={rotate.isBusy} onClick={() => rotate.run(undefined)}>
            Rotate
          </Button>
        ) : null
      }
      isFlush
    >
      {rotate.failure === null ? null : (
        <div className="padded">
          <FailureNotice failure={rotate.failure} />
        </div>
      )}
      <Loaded query={query} what="signing keys" lines={3}>
        {({ keys }) => (
          <>
            {stage === null || stage.kind === "settled" ? null : (
              <RotationPanel environment={environment} stage={stage} mayManage={mayManage} />
            )}
            {keys.length === 0 ? (
              <Empty icon="key" title="No signing key">
                This environment signs nothing.
              </Empty>
            ) : (
              <TableBox label="Signing keys" folds>
                <thead>
                  <tr>
                    <th scope="col">Key</th>
                    <th scope="col">State</th>
                    <th scope="col">Made</th>
                    <th scope="col">Last used</th>
                  </tr>
                </thead>
                <tbody>
                  {keys.map((key) => (
                    <tr key={key.id} className={key.state === "revoked" ? "over" : ""}>
                      <th scope="row">
                        <code>{key.prefix}…</code>
                        <span className="sub mono">{key.id}</span>
                      </th>
                      <td data-label="State">
                        <Badge tone={STATES[key.state].tone}>{STATES[key.state].words}</Badge>
                      </td>
                      <td data-label="Made">
                        <When at={key.created_at} />
                        <span className="sub">{key.origin}</span>
                      </td>
                      <td data-label="Last used">
                        <When at={key.last_used_at} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </TableBox>
            )}
          </>
        )}
      </Loaded>
      {rotate.result === undefined ? null : (
        <ShownOnce
          title="The new signing key"
          label="Signing key"
          secret={rotate.result.secret ?? ""}
          hint="It is accepted from now on, and does not sign yet."
          onClose={rotate.reset}
        >
          <p>
            In every app and worker, set <code>INNGEST_SIGNING_KEY</code> to it and{" "}
            <code>INNGEST_SIGNING_KEY_FALLBACK</code> to the key that is there now. Then come back here.
          </p>
        </ShownOnce>
      )}
    </Panel>
  );
}
