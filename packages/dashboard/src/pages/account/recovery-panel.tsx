import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { useSession } from "../../data/session.ts";
import { counted } from "../../text/times.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { RecoveryCodesOnce } from "../door/recovery-codes.tsx";

/** From how many codes on somebody should make new ones. */
const FEW = 3;

export function RecoveryPanel({ left }: { readonly left: number }): ReactNode {
  const { instance } = useSession();
  const make = useAct((client) => client.newRecoveryCodes(), { changes: ["account"] });
  return (
    <Panel
      title="Recovery codes"
      words="For the day on which every other way is lost. New ones replace those that are left."
      acts={
        <div className="row">
          {left <= FEW ? (
            <Badge tone="warn" icon="warn">
              {counted(left, "code")} left
            </Badge>
          ) : (
            <Badge>{counted(left, "code")} left</Badge>
          )}
          <Button isBusy={make.isBusy} onClick={() => make.run(null)}>
            Make new ones
          </Button>
        </div>
      }
    >
      <FailureNotice failure={make.failure} />
      {make.result === undefined ? null : (
        <Dialog title="Your new recovery codes" isFirm onClose={make.reset}>
          <RecoveryCodesOnce
            codes={make.result.recovery_codes}
            instance={instance.name}
            goOn="Done"
            onDone={make.reset}
          />
        </Dialog>
      )}
    </Panel>
  );
}
