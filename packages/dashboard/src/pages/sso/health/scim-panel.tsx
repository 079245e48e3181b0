import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../../data/act.ts";
import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { Given } from "../../../ui/given.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { ReasonDialog } from "../../../ui/reason-dialog.tsx";
import { When } from "../../../ui/when.tsx";

/** The directory's own way in: it makes people, changes them, and ends their access the moment they leave. */
export function ScimPanel(props: {
  readonly connection: SsoConnection;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { connection, isReadOnly } = props;
  const [isEnding, setEnding] = useState(false);
  const make = useAct(
    (client, isNew: boolean) => (isNew ? client.createScim(connection.id) : client.rotateScim(connection.id)),
    { changes: ["sso"] },
  );
  const end = useAct((client) => client.removeScim(connection.id), {
    changes: ["sso"],
    said: "The directory has no access any more",
    onDone: () => setEnding(false),
  });
  const scim = connection.scim ?? null;
  return (
    <Panel
      title="Directory (SCIM 2.0)"
      words="The provider sends people and groups by itself, and whoever leaves there is out here at once."
      acts={
        isReadOnly ? null : scim === null ? (
          <Button isBusy={make.isBusy} onClick={() => make.run(true)}>
            Make a token
          </Button>
        ) : (
          <div className="row">
            <Button size="small" isBusy={make.isBusy} onClick={() => make.run(false)}>
              New token
            </Button>
            <Button size="small" look="danger" onClick={() => setEnding(true)}>
              End
            </Button>
          </div>
        )
      }
    >
      <FailureNotice failure={make.failure} />
      {scim === null ? (
        <p className="soft">Not set up: people come when they first sign in.</p>
      ) : (
        <dl className="facts">
          <dt>Base URL</dt>
          <dd className="mono">{scim.base_url}</dd>
          <dt>Last heard of</dt>
          <dd>
            <When at={scim.last_sync_at} />
          </dd>
        </dl>
      )}
      {make.result === undefined ? null : (
        <Dialog title="Give these to the directory" isFirm onClose={make.reset}>
          <Notice tone="warn" title="Shown this once">
            <p>
              A token that was there before is good for another hour, so that nothing is lost while you change
              it.
            </p>
          </Notice>
          <Given label="SCIM base URL" value={make.result.base_url} hint="Also called tenant URL." />
          <Given label="Secret token" value={make.result.token} />
          <div className="ends">
            <Button look="first" onClick={make.reset}>
              I have kept it
            </Button>
          </div>
        </Dialog>
      )}
      {isEnding ? (
        <ReasonDialog
          title="End the directory’s access?"
          words="People who came by it stay as they are. Who leaves there is no longer put out here by itself."
          act={end}
          verb="End access"
          needsNoReason
          onClose={() => setEnding(false)}
        />
      ) : null}
    </Panel>
  );
}
