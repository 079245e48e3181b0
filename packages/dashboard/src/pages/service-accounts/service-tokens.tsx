import type { ServiceAccountInfo, ServiceTokenInfo } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { listed } from "../../text/grants.ts";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { TokenTable } from "../../ui/token-table.tsx";

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
      <TokenTable
        label={`Tokens of ${account.name}`}
        kind="Token"
        tokens={account.tokens}
        name={({ id, name }) => name ?? id}
        limits={limitsOf}
        revoke={
          mayManage
            ? { words: ({ id, name }) => `Revoke ${name ?? id} of ${account.name}`, ask: setRevoking }
            : null
        }
      />
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
