import type { ServiceAccountInfo, ServiceTokenInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { now } from "../../platform/now.ts";
import { listed } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { TableBox } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { isGood, TokenState } from "../../ui/token-state.tsx";
import { When } from "../../ui/when.tsx";

/** Tokens of an account. Their text was shown when they were made, and is not kept. */
export function ServiceTokens(props: {
  readonly account: ServiceAccountInfo;
  readonly mayManage: boolean;
}): ReactNode {
  const { account, mayManage } = props;
  const [revoking, setRevoking] = useState<ServiceTokenInfo | null>(null);
  const revoke = useAct((client) => client.revokeServiceToken(account.id, revoking?.id ?? ""), {
    changes: ["service-accounts"],
    said: "Token revoked",
    onDone: () => setRevoking(null),
  });
  if (account.tokens.length === 0) return <p className="soft none">No token yet: it cannot do anything.</p>;
  return (
    <>
      <TableBox label={`Tokens of ${account.name}`} folds>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col">State</th>
            <th scope="col">Ends</th>
            <th scope="col">Last used</th>
            <th scope="col" className="acts">
              <span className="unseen">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {account.tokens.map((token) => (
            <tr key={token.id} className={isGood(token, now()) ? "" : "over"}>
              <th scope="row">
                {token.name ?? token.id}
                <span className="sub">{limitsOf(token)}</span>
              </th>
              <td data-label="State">
                <TokenState token={token} now={now()} />
              </td>
              <td data-label="Ends">
                <When at={token.expires_at} />
              </td>
              <td data-label="Last used">
                <When at={token.last_used_at} />
              </td>
              <td className="acts">
                {mayManage && isGood(token, now()) ? (
                  <Button
                    size="small"
                    look="danger"
                    aria-label={`Revoke ${token.name ?? token.id} of ${account.name}`}
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
      {revoking === null ? null : (
        <ReasonDialog
          title={`Revoke ${revoking.name ?? revoking.id}?`}
          words="Whatever uses it is refused from now on. It cannot be undone: make another one in its place first."
          act={revoke}
          verb="Revoke"
          needsNoReason
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}

function limitsOf({ addresses, scopes }: ServiceTokenInfo): string {
  const limits = [
    ...(scopes === null ? [] : [`only ${listed(scopes)}`]),
    ...(addresses === null ? [] : [`only from ${listed(addresses)}`]),
  ];
  return limits.length === 0 ? "All that its account may do, from anywhere" : limits.join(", ");
}
