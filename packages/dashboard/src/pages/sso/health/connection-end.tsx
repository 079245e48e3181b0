import type { SsoConnection } from "@holdfast/client";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../../data/act.ts";
import { Button } from "../../../ui/button.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { ReasonDialog } from "../../../ui/reason-dialog.tsx";

export function ConnectionEnd({ connection }: { readonly connection: SsoConnection }): ReactNode {
  const navigate = useNavigate();
  const [isRemoving, setRemoving] = useState(false);
  const isOff = connection.state === "disabled" || connection.state === "draft";
  const turn = useAct((client, state: "optional" | "disabled") => client.enableSso(connection.id, state), {
    changes: ["sso"],
    said: "Saved",
  });
  const remove = useAct((client) => client.removeSsoConnection(connection.id), {
    said: `${connection.name} removed`,
    changes: ["domains"],
    onDone: () => void navigate({ to: "/sso" }),
  });
  return (
    <Panel title="End">
      <div className="stack">
        <FailureNotice failure={turn.failure} />
        {connection.state === "draft" ? null : (
          <div className="row apart">
            <div className="grow">
              <h3>{isOff ? "Switch on" : "Switch off"}</h3>
              <p className="soft small">
                {isOff
                  ? "Optional, as before it was switched off."
                  : "Nobody can sign in through it. What is set stays as it is."}
              </p>
            </div>
            <Button isBusy={turn.isBusy} onClick={() => turn.run(isOff ? "optional" : "disabled")}>
              {isOff ? "Switch on" : "Switch off"}
            </Button>
          </div>
        )}
        <div className="row apart">
          <div className="grow">
            <h3>Remove</h3>
            <p className="soft small">
              {isOff ? "With its domains and its directory’s token." : "Possible once it is switched off."}
            </p>
          </div>
          {isOff ? (
            <Button look="danger" onClick={() => setRemoving(true)}>
              Remove
            </Button>
          ) : null}
        </div>
      </div>
      {isRemoving ? (
        <ReasonDialog
          title={`Remove ${connection.name}?`}
          words="Its settings, its domains and its directory’s token go. People who came by it stay, and need another way to sign in. It cannot be undone."
          act={remove}
          verb="Remove"
          needsNoReason
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </Panel>
  );
}
