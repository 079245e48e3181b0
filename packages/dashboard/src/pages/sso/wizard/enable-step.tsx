import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../../data/act.ts";
import { useSession } from "../../../data/session.ts";
import { now } from "../../../platform/now.ts";
import { Button } from "../../../ui/button.tsx";
import { Codes } from "../../../ui/given.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { obstacles, stepsDone } from "../steps.ts";

/** Letting people in by the connection, and then by nothing else. */
export function EnableStep(props: {
  readonly connection: SsoConnection;
  readonly onTest: () => void;
}): ReactNode {
  const { connection } = props;
  return (
    <div className="stack loose">
      <OptionalPanel connection={connection} />
      {connection.state === "required" ? (
        <Notice
          tone="good"
          title={`Everybody of ${connection.domains.join(", ") || "its domains"} signs in through ${connection.name}`}
        >
          <p>Break-glass accounts can still use a password together with one of the codes.</p>
        </Notice>
      ) : (
        <RequirePanel connection={connection} onTest={props.onTest} />
      )}
    </div>
  );
}

function OptionalPanel({ connection }: { readonly connection: SsoConnection }): ReactNode {
  const done = stepsDone(connection);
  const enable = useAct((client, state: "optional" | "disabled") => client.enableSso(connection.id, state), {
    changes: ["sso"],
    said: "Saved",
  });
  const isOn = connection.state === "optional" || connection.state === "required";
  return (
    <Panel
      title="Optional"
      words="People of its domains may sign in through it, or as they did before. Passwords and passkeys go on working."
      acts={
        isOn ? null : (
          <Button
            look="first"
            isBusy={enable.isBusy}
            aria-disabled={!done.has("paste") || undefined}
            onClick={() => {
              if (done.has("paste")) enable.run("optional");
            }}
          >
            Make it optional
          </Button>
        )
      }
    >
      <FailureNotice failure={enable.failure} />
      {!done.has("paste") ? (
        <p className="soft">First the provider has to be known: paste what it gives you.</p>
      ) : null}
      {connection.state === "optional" ? (
        <Notice tone="good">
          <p>It is optional now. Try it for a while with a few people before you require it.</p>
        </Notice>
      ) : null}
      {connection.domains.length === 0 && isOn ? (
        <Notice tone="warn" title="No domain leads here yet">
          <p>Add one under Health: until then nobody is sent here by their address.</p>
        </Notice>
      ) : null}
    </Panel>
  );
}

function RequirePanel(props: { readonly connection: SsoConnection; readonly onTest: () => void }): ReactNode {
  const { connection } = props;
  const { person } = useSession();
  const [codesTaken, setCodesTaken] = useState(false);
  const makeCodes = useAct((client) => client.breakGlassCodes());
  const require = useAct((client) => client.enableSso(connection.id, "required"), {
    changes: ["sso"],
    said: "Required, for half an hour on trial",
  });
  const missing = obstacles(connection, { codesTaken, now: now(), personId: person?.id ?? "" });
  const isTested =
    obstacles(connection, { codesTaken: true, now: now(), personId: person?.id ?? "" }).length === 0;
  return (
    <Panel
      title="Required"
      words="People of its domains sign in through it and in no other way. Passwords and passkeys of theirs open nothing any more."
    >
      <div className="stack">
        <ul className="checks">
          <Condition isMet={isTested} words="You passed the test in the last ten minutes">
            {isTested ? null : (
              <Button size="small" onClick={props.onTest}>
                Test
              </Button>
            )}
          </Condition>
          <Condition isMet={codesTaken} words="Two break-glass codes were made and kept">
            {makeCodes.result === undefined ? (
              <Button size="small" isBusy={makeCodes.isBusy} onClick={() => makeCodes.run(null)}>
                Make the codes
              </Button>
            ) : (
              <div className="stack">
                <p className="small soft">
                  Shown this once. With one of them a break-glass account can sign in by its password when the
                  provider does not answer. Keep them on paper, in two places.
                </p>
                <Codes
                  codes={makeCodes.result.codes}
                  fileName="holdfast-break-glass-codes.txt"
                  words={`Break-glass codes for ${location.host}. Each is good once.`}
                  onTaken={() => setCodesTaken(true)}
                />
              </div>
            )}
          </Condition>
        </ul>
        <FailureNotice failure={makeCodes.failure ?? require.failure} />
        <Notice>
          <p>
            For the first 30 minutes it is on trial: unless somebody signs in through it and confirms, it
            becomes optional again by itself.
          </p>
        </Notice>
        <div className="row end">
          <Button
            look="danger first"
            isBusy={require.isBusy}
            aria-disabled={missing.length > 0 || undefined}
            onClick={() => {
              if (missing.length === 0) require.run(null);
            }}
          >
            Require {connection.name}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Condition(props: {
  readonly isMet: boolean;
  readonly words: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <li className={props.isMet ? "passed" : "open"}>
      <Icon name={props.isMet ? "check" : "clock"} />
      <div className="stack tight">
        <span>
          {props.words} <span className="unseen">{props.isMet ? "(done)" : "(open)"}</span>
        </span>
        {props.children === null ? null : <div>{props.children}</div>}
      </div>
    </li>
  );
}
