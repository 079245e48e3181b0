import type { OperatorTokenInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { operatorTokensQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { now } from "../../platform/now.ts";
import { placeWords, roleLabel } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { isGood, TokenState } from "../../ui/token-state.tsx";
import { When } from "../../ui/when.tsx";

/** Tokens of the time before there were people and service accounts. They go on working, and are read and revoked here. */
export function OperatorTokens(): ReactNode {
  const { client } = useServices();
  const query = useQuery(operatorTokensQuery(client));
  const mayManage = useMay("tokens.manage");
  const [revoking, setRevoking] = useState<OperatorTokenInfo | null>(null);
  const revoke = useAct((ask, reason: string) => ask.revokeOperatorToken(revoking?.id ?? "", reason), {
    changes: ["operator-tokens"],
    said: "Token revoked",
    onDone: () => setRevoking(null),
  });
  return (
    <Panel
      title="Operator tokens"
      words="For the command line, and good without a person behind them. Service accounts do the same with an owner and a name."
      isFlush
    >
      <Loaded query={query} what="operator tokens" lines={4}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty icon="key" title="No operator token">
              People sign in, and machines have service accounts: nothing is missing.
            </Empty>
          ) : (
            <TableBox label="Operator tokens" folds>
              <thead>
                <tr>
                  <th scope="col">Token</th>
                  <th scope="col">State</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col" className="acts">
                    <span className="unseen">Acts</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {tokens.map((token) => (
                  <tr key={token.id} className={isGood(token, now()) ? "" : "over"}>
                    <th scope="row">
                      {token.name}
                      <span className="sub">
                        {roleLabel(token.role)} {placeWords(token.environments)}
                      </span>
                    </th>
                    <td data-label="State">
                      <TokenState token={token} now={now()} />
                    </td>
                    <td data-label="Last used">
                      <When at={token.last_used_at} />
                    </td>
                    <td data-label="Ends">
                      <When at={token.expires_at} />
                    </td>
                    <td className="acts">
                      {mayManage && isGood(token, now()) ? (
                        <Button
                          size="small"
                          look="danger"
                          aria-label={`Revoke ${token.name}`}
                          onClick={() => setRevoking(token)}
                        >
                          Revoke
                        </Button>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </TableBox>
          )
        }
      </Loaded>
      {revoking === null ? null : (
        <ReasonDialog
          title={`Revoke ${revoking.name}?`}
          words="Whatever uses it is refused from now on. It cannot be undone."
          act={revoke}
          verb="Revoke"
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  );
}
