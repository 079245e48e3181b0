import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { depart } from "../../platform/depart.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

/** Where single sign-on is optional, people choose. */
export function ChoiceStep(props: {
  readonly email: string;
  readonly url: string;
  readonly onPassword: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const leave = useAct(async () => depart(props.url));
  return (
    <div className="panel stack">
      <FailureNotice failure={leave.failure} />
      <div className="row apart">
        <span className="breaks">{props.email}</span>
        <Button look="quiet" size="small" onClick={props.onBack}>
          Change
        </Button>
      </div>
      <Button look="first" size="wide" icon="door" isBusy={leave.isBusy} onClick={() => leave.run(null)}>
        Go to your identity provider
      </Button>
      <Button size="wide" onClick={props.onPassword}>
        Use a password
      </Button>
    </div>
  );
}
