import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { ownSessionsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { SessionTable } from "../../ui/session-table.tsx";
import { Loaded } from "../../ui/states.tsx";

export function OwnSessions(): ReactNode {
  const { client } = useServices();
  const query = useQuery(ownSessionsQuery(client));
  const revoke = useAct((ask, id: string) => ask.revokeOwnSession(id), {
    changes: ["account"],
    said: "Session ended",
  });
  const revokeOthers = useAct((ask) => ask.revokeOtherSessions(), {
    changes: ["account"],
    said: "Your other sessions ended",
  });
  const hasOthers = (query.data?.length ?? 0) > 1;
  return (
    <Panel
      title="Sessions"
      words="Browsers in which you are signed in. What each says of itself proves nothing: go by the address."
      acts={
        hasOthers ? (
          <Button isBusy={revokeOthers.isBusy} onClick={() => revokeOthers.run(null)}>
            End all others
          </Button>
        ) : null
      }
      isFlush
    >
      <FailureNotice failure={revoke.failure ?? revokeOthers.failure} />
      <Loaded query={query} what="your sessions" lines={3}>
        {(sessions) => <SessionTable sessions={sessions} none="None." onRevoke={revoke.run} />}
      </Loaded>
    </Panel>
  );
}
