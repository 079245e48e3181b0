import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { invitationsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { grantWords } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";

/** Invitations that nobody has taken yet. */
export function Invitations(): ReactNode {
  const { client } = useServices();
  const query = useQuery(invitationsQuery(client));
  const revoke = useAct((ask, id: string) => ask.revokeInvitation(id), {
    changes: ["invitations"],
    said: "The link opens nothing any more",
  });
  return (
    <Panel
      title="Open invitations"
      words="Links that were made and not used. Their text is not kept: make a new one where one was lost."
      isFlush
    >
      <FailureNotice failure={revoke.failure} />
      <Loaded query={query} what="invitations" lines={2}>
        {(invitations) =>
          invitations.length === 0 ? (
            <p className="soft none">No invitation is open.</p>
          ) : (
            <TableBox label="Open invitations" folds>
              <thead>
                <tr>
                  <th scope="col">Address</th>
                  <th scope="col">As</th>
                  <th scope="col">Ends</th>
                  <th scope="col" className="acts">
                    <span className="unseen">Acts</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {invitations.map((invitation) => (
                  <tr key={invitation.id}>
                    <th scope="row" className="breaks">
                      {invitation.email}
                    </th>
                    <td data-label="As">{grantWords(invitation)}</td>
                    <td data-label="Ends">
                      <When at={invitation.expires_at} />
                    </td>
                    <td className="acts">
                      <Button
                        size="small"
                        look="danger"
                        aria-label={`Take back the invitation of ${invitation.email}`}
                        isBusy={revoke.isBusy}
                        onClick={() => revoke.run(invitation.id)}
                      >
                        Take back
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </TableBox>
          )
        }
      </Loaded>
    </Panel>
  );
}
