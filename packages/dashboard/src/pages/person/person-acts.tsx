import type { PersonDetails } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { useSession } from "../../data/session.ts";
import { Button } from "../../ui/button.tsx";
import { Tick } from "../../ui/field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Given } from "../../ui/given.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { counted } from "../../text/times.ts";
import { When } from "../../ui/when.tsx";

/** Acts that are about the whole person. Each says what it does before it is done. */
export function PersonActs(props: {
  readonly person: PersonDetails;
  readonly isLast: boolean;
  readonly isSelf: boolean;
}): ReactNode {
  const { isLast, isSelf, person } = props;
  const [asks, setAsks] = useState<"sign-out" | "deactivate" | null>(null);
  const close = (): void => setAsks(null);
  const after = { changes: ["people"], onDone: close };
  const signOut = useAct((client, reason: string) => client.signOutPerson(person.id, reason), {
    ...after,
    said: "Signed out everywhere",
  });
  const deactivate = useAct((client, reason: string) => client.deactivatePerson(person.id, reason), {
    ...after,
    said: "Deactivated",
  });
  const reactivate = useAct((client) => client.reactivatePerson(person.id), {
    ...after,
    said: "Active again",
  });
  const breakGlass = useAct((client, isOn: boolean) => client.setBreakGlass(person.id, isOn), {
    changes: ["people"],
    said: "Saved",
  });
  const [isWhole, setWhole] = useState(false);
  const reset = useAct((client, withFactors: boolean) => client.resetPerson(person.id, withFactors));
  const { mail = false } = useSession();
  const mailed = useAct((client, withFactors: boolean) => client.mailReset(person.id, withFactors), {
    said: "Sent",
  });
  const isActive = person.state === "active";
  return (
    <Panel title="Acts">
      <div className="stack">
        <FailureNotice
          failure={reactivate.failure ?? reset.failure ?? mailed.failure ?? breakGlass.failure}
        />
        {isActive && person.managed_by === null ? (
          <div className="row apart">
            <div className="grow">
              <h3>Reset link</h3>
              <p className="soft small">
                A link by which they choose a new password. Good once, to be sent by you.
              </p>
              <Tick
                label="Take their second factors away, too"
                hint="For somebody who lost passkeys, authenticator and recovery codes. Make sure first that it is them."
                checked={isWhole}
                onChange={(event) => setWhole(event.target.checked)}
              />
            </div>
            <div className="row">
              {mail ? (
                <Button isBusy={mailed.isBusy} onClick={() => mailed.run(isWhole)}>
                  Send it by mail
                </Button>
              ) : null}
              <Button isBusy={reset.isBusy} onClick={() => reset.run(isWhole)}>
                Make a link
              </Button>
            </div>
          </div>
        ) : null}
        {isActive && person.managed_by === null ? (
          <div className="row apart">
            <div className="grow">
              <h3>Break-glass</h3>
              <p className="soft small">
                {person.break_glass
                  ? "May sign in by a password and a break-glass code where single sign-on is required."
                  : "Let them in by a password and a break-glass code on the day the identity provider does not answer."}
              </p>
            </div>
            <Button isBusy={breakGlass.isBusy} onClick={() => breakGlass.run(!person.break_glass)}>
              {person.break_glass ? "Take away" : "Allow"}
            </Button>
          </div>
        ) : null}
        {person.sessions.length > 0 ? (
          <div className="row apart">
            <div className="grow">
              <h3>Sign out everywhere</h3>
              <p className="soft small">
                Ends {counted(person.sessions.length, "session")}. They can sign in again at once.
              </p>
            </div>
            <Button onClick={() => setAsks("sign-out")}>Sign out</Button>
          </div>
        ) : null}
        {isActive ? (
          <div className="row apart">
            <div className="grow">
              <h3>Deactivate</h3>
              <p className="soft small">
                {isLast
                  ? "Not possible: this is the last owner."
                  : isSelf
                    ? "Not possible: this is you. Another owner or admin can do it."
                    : "They cannot sign in any more, and their sessions end. It can be undone."}
              </p>
            </div>
            {isLast || isSelf ? null : (
              <Button look="danger" onClick={() => setAsks("deactivate")}>
                Deactivate
              </Button>
            )}
          </div>
        ) : (
          <div className="row apart">
            <div className="grow">
              <h3>Reactivate</h3>
              <p className="soft small">They may sign in again, and do what they could before.</p>
            </div>
            <Button isBusy={reactivate.isBusy} onClick={() => reactivate.run(null)}>
              Reactivate
            </Button>
          </div>
        )}
      </div>
      {asks === "sign-out" ? (
        <ReasonDialog
          title={`Sign ${person.name} out everywhere?`}
          words={`${counted(person.sessions.length, "session")} will end. What they had not saved is lost.`}
          act={signOut}
          verb="Sign out"
          onClose={close}
        />
      ) : null}
      {asks === "deactivate" ? (
        <ReasonDialog
          title={`Deactivate ${person.name}?`}
          words={`They cannot sign in any more, and ${counted(person.sessions.length, "session ends", "sessions end")} now. Service accounts and their tokens go on.`}
          act={deactivate}
          verb="Deactivate"
          onClose={close}
        />
      ) : null}
      {reset.result === undefined ? null : (
        <Dialog title="Send them this link" onClose={reset.reset}>
          <p>It is good once, and it is shown only now. Send it by a way on which you know who reads.</p>
          <Given label="Reset link" value={reset.result.link} />
          <p className="small soft">
            It ends <When at={reset.result.expires_at} />.
          </p>
        </Dialog>
      )}
    </Panel>
  );
}
