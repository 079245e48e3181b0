import type { OperatorTokenInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { operatorTokensQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { placeWords, roleLabel } from "../../text/grants.ts";
import { Panel } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TokenTable } from "../../ui/token-table.tsx";

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
            <TokenTable
              label="Operator tokens"
              kind="Token"
              tokens={tokens}
              name={({ name }) => name}
              limits={({ environments, payloads, role }) =>
                `${roleLabel(role)} ${placeWords(environments)}${payloads ? ", sees payloads" : ""}`
              }
              revoke={mayManage ? { words: ({ name }) => `Revoke ${name}`, ask: setRevoking } : null}
            />
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
