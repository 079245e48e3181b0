import type { SsoConnection } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../../data/act.ts";
import { ssoTestQuery } from "../../../data/queries.ts";
import { useServices } from "../../../data/services.ts";
import type { WaitingWindow } from "../../../platform/open-window.ts";
import { openWindow } from "../../../platform/open-window.ts";
import { Button } from "../../../ui/button.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { Loaded } from "../../../ui/states.tsx";
import { When } from "../../../ui/when.tsx";
import { TestResult } from "./test-result.tsx";

interface Begun {
  readonly url: string;
  readonly handle: string;
}

/** A whole round trip in a window of its own, which leaves one's own session as it is. */
export function TestStep(props: {
  readonly connection: SsoConnection;
  readonly onDone: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const { connection } = props;
  const [begun, setBegun] = useState<Begun | null>(null);
  const begin = useAct((client) => client.beginSsoTest(connection.id), {
    onDone(test, waiting: WaitingWindow) {
      setBegun(test);
      waiting.go(test.url);
    },
    onUndone: (waiting) => waiting.close(),
  });
  return (
    <Panel
      title="Test"
      words="Signs you in at the provider in a new window, and shows what every check said. Nobody is made, and you stay signed in here as you are."
    >
      <div className="stack">
        <FailureNotice failure={begin.failure} />
        {connection.tested !== null && begun === null ? (
          <Notice tone="good">
            <p>
              Last passed <When at={connection.tested.at} />.
            </p>
          </Notice>
        ) : null}
        <div className="row">
          <Button
            look={begun === null ? "first" : "plain"}
            icon="out"
            isBusy={begin.isBusy}
            onClick={() => begin.run(openWindow())}
          >
            {begun === null ? "Begin the test" : "Test again"}
          </Button>
        </div>
        {begun === null ? null : (
          <Progress
            key={begun.handle}
            connection={connection}
            begun={begun}
            onDone={props.onDone}
            onBack={props.onBack}
          />
        )}
      </div>
    </Panel>
  );
}

function Progress(props: {
  readonly connection: SsoConnection;
  readonly begun: Begun;
  readonly onDone: () => void;
  readonly onBack: () => void;
}): ReactNode {
  const { client, queries } = useServices();
  const query = useQuery(ssoTestQuery(client, props.connection.id, props.begun.handle));
  const goOn = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["sso"] });
    props.onDone();
  };
  return (
    <Loaded query={query} what="the test" lines={3}>
      {(test) =>
        test.state === "waiting" ? (
          <Notice title="Waiting for you to sign in in the other window" isNews>
            <p>
              No window came up?{" "}
              <a href={props.begun.url} target="_blank" rel="noopener noreferrer">
                Open it here <Icon name="out" />
              </a>
            </p>
          </Notice>
        ) : (
          <>
            <TestResult test={test} />
            <div className="row end">
              <Button onClick={props.onBack}>Change the mapping</Button>
              {test.state === "passed" ? (
                <Button look="first" onClick={() => void goOn()}>
                  Go on
                </Button>
              ) : null}
            </div>
          </>
        )
      }
    </Loaded>
  );
}
