import type { Environment } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import type { Act } from "../../data/act.ts";
import { useAct } from "../../data/act.ts";
import { listed } from "../../text/grants.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { ReasonDialog } from "../../ui/reason-dialog.tsx";
import { When } from "../../ui/when.tsx";
import type { RotationStage } from "./rotation-stage.ts";

/** What a rotation waits for, and the next things to do. Whatever takes force is done from the command line, with its reason. */
export function RotationPanel(props: {
  readonly environment: Environment;
  readonly stage: Exclude<RotationStage, { readonly kind: "settled" }>;
  readonly mayManage: boolean;
}): ReactNode {
  const { environment, mayManage, stage } = props;
  const { name } = environment;
  const changes = ["signing-keys"];
  const probe = useAct((ask) => ask.probeKeys(name), { changes, said: "The apps were asked" });
  const promote = useAct((ask) => ask.promoteKey(name), { changes, said: "The new key signs" });
  const revoke = useAct((ask, id: string) => ask.revokeSigningKey(name, id), {
    changes,
    said: "Key revoked",
  });
  const acts: readonly Pick<Act<never, unknown>, "failure">[] = [probe, promote, revoke];
  const failure = acts.find((act) => act.failure !== null)?.failure ?? null;
  const errors = (probe.result ?? []).filter(({ error }) => error !== null);
  return (
    <div className="stack padded">
      <Progress stage={stage} />
      <FailureNotice failure={failure} />
      {errors.length === 0 ? null : (
        <Notice tone="warn" title="Some apps did not say which key they have">
          <ul>
            {errors.map(({ app, error }) => (
              <li key={app}>
                {app}: {error}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {mayManage ? (
        <div className="row">
          <Button isBusy={probe.isBusy} onClick={() => probe.run(undefined)}>
            Ask the apps now
          </Button>
          {stage.kind === "rolling_out" ? (
            <>
              <Button
                look="first"
                isBusy={promote.isBusy}
                aria-disabled={stage.waitingFor.length > 0}
                onClick={() => (stage.waitingFor.length > 0 ? undefined : promote.run(undefined))}
              >
                Let it sign
              </Button>
              <Button look="danger" isBusy={revoke.isBusy} onClick={() => revoke.run(stage.next.id)}>
                Give the new key up
              </Button>
            </>
          ) : (
            <>
              <StepBack environment={environment} />
              <Button look="danger" isBusy={revoke.isBusy} onClick={() => revoke.run(stage.before.id)}>
                Revoke the earlier key
              </Button>
            </>
          )}
        </div>
      ) : null}
    </div>
  );
}

function Progress({
  stage,
}: {
  readonly stage: Exclude<RotationStage, { readonly kind: "settled" }>;
}): ReactNode {
  const missing = listed(stage.waitingFor);
  if (stage.kind === "rolling_out")
    return stage.waitingFor.length === 0 ? (
      <Notice tone="good" title="Every app has shown the new key">
        <p>It is accepted, and does not sign yet.</p>
      </Notice>
    ) : (
      <Notice tone="warn" title="A rotation waits for apps">
        <p>
          {missing} did not show the new key yet. Give each the new key, and as fallback the one it has now.
        </p>
      </Notice>
    );
  return (
    <Notice tone="warn" title="The earlier key is still accepted">
      {stage.waitingFor.length > 0 ? (
        <p>{missing} did not show the new one yet, and would be cut off.</p>
      ) : stage.revocableAt === null ? null : (
        <p>
          If nothing uses it any more, it can be revoked: <When at={stage.revocableAt} />
        </p>
      )}
    </Notice>
  );
}

function StepBack({ environment }: { readonly environment: Environment }): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const stepBack = useAct((ask, reason: string) => ask.stepBack(environment.name, reason), {
    changes: ["signing-keys"],
    said: "The earlier key signs again",
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>Step back</Button>
      {isAsking ? (
        <ReasonDialog
          title="Let the earlier key sign again?"
          words="The new one stays accepted, and waits."
          act={stepBack}
          verb="Step back"
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}
