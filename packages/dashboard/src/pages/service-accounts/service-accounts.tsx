import type { ServiceAccountInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { serviceAccountsQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { now } from "../../platform/now.ts";
import { grantWords } from "../../text/grants.ts";
import { counted } from "../../text/times.ts";
import { Button } from "../../ui/button.tsx";
import { Head } from "../../ui/head.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { isGood } from "../../ui/token-state.tsx";
import { NewAccountDialog } from "./new-account-dialog.tsx";
import { NewTokenDialog } from "./new-token-dialog.tsx";
import { ServiceTokens } from "./service-tokens.tsx";

export function ServiceAccountsPage(): ReactNode {
  const { client } = useServices();
  const query = useQuery(serviceAccountsQuery(client));
  const mayManage = useMay("service_accounts.manage");
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button look="first" icon="plus" onClick={() => setAdding(true)}>
      New service account
    </Button>
  );
  return (
    <div>
      <Head
        title="Service accounts"
        words="For machines: what they do goes on when the people who set them up have left."
        acts={mayManage && (query.data?.length ?? 0) > 0 ? add : null}
      />
      <Loaded query={query} what="service accounts" lines={6}>
        {(accounts) =>
          accounts.length === 0 ? (
            <div className="panel">
              <Empty icon="gear" title="No service account yet" act={mayManage ? add : null}>
                Make one for each thing that talks to this server by itself: a pipeline, a monitor, a script.
              </Empty>
            </div>
          ) : (
            <div className="stack loose">
              {accounts.map((account) => (
                <Account key={account.id} account={account} mayManage={mayManage} />
              ))}
            </div>
          )
        }
      </Loaded>
      {isAdding ? <NewAccountDialog onClose={() => setAdding(false)} /> : null}
    </div>
  );
}

function Account(props: { readonly account: ServiceAccountInfo; readonly mayManage: boolean }): ReactNode {
  const { account, mayManage } = props;
  const [asks, setAsks] = useState<"token" | "remove" | null>(null);
  const close = (): void => setAsks(null);
  const remove = useAct((client) => client.removeServiceAccount(account.id), {
    changes: ["service-accounts"],
    said: `${account.name} removed`,
    onDone: close,
  });
  const goodCount = account.tokens.filter((token) => isGood(token, now())).length;
  return (
    <Panel
      title={account.name}
      words={`Acts as ${grantWords(account)}${account.payloads ? ", and sees payloads" : ""}.`}
      acts={
        mayManage ? (
          <div className="row">
            <Button
              size="small"
              icon="plus"
              aria-label={`New token of ${account.name}`}
              onClick={() => setAsks("token")}
            >
              New token
            </Button>
            <Button
              size="small"
              look="danger"
              aria-label={`Remove ${account.name}`}
              onClick={() => setAsks("remove")}
            >
              Remove
            </Button>
          </div>
        ) : null
      }
      isFlush
    >
      <ServiceTokens account={account} mayManage={mayManage} />
      {asks === "token" ? <NewTokenDialog account={account} onClose={close} /> : null}
      {asks === "remove" ? (
        <ReasonDialog
          title={`Remove ${account.name}?`}
          words={`${counted(goodCount, "token that is good", "tokens that are good")} will open nothing any more, at once. It cannot be undone.`}
          act={remove}
          verb="Remove"
          needsNoReason
          onClose={close}
        />
      ) : null}
    </Panel>
  );
}
