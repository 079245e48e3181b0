import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { passkeysQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { createPasskey, hasPasskeys } from "../../platform/passkeys.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";

const CHANGES = ["account", "session"] as const;

export function Passkeys(): ReactNode {
  const { client } = useServices();
  const query = useQuery(passkeysQuery(client));
  const [isAdding, setAdding] = useState(false);
  const remove = useAct((ask, id: string) => ask.removePasskey(id), {
    changes: CHANGES,
    said: "Passkey removed",
  });
  return (
    <Panel
      title="Passkeys"
      words="Kept by your device or your password manager, and good for this server alone: nobody can phish them."
      acts={
        hasPasskeys() ? (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add
          </Button>
        ) : null
      }
    >
      <FailureNotice failure={remove.failure} />
      <Loaded query={query} what="passkeys" lines={2}>
        {(passkeys) =>
          passkeys.length === 0 ? (
            <p className="soft">
              {hasPasskeys()
                ? "You have none."
                : "You have none. This browser can make them only over https."}
            </p>
          ) : (
            <ul className="stack">
              {passkeys.map((passkey) => (
                <li key={passkey.id} className="row apart">
                  <div className="grow">
                    <strong>{passkey.name}</strong>{" "}
                    {passkey.suspended ? (
                      <Badge tone="bad" icon="warn">
                        Suspended
                      </Badge>
                    ) : null}
                    <p className="small soft">
                      Added <When at={passkey.created_at} />, last used <When at={passkey.last_used_at} />
                      {passkey.suspended ? ". It showed signs of a copy: remove it." : ""}
                    </p>
                  </div>
                  <Button
                    size="small"
                    look="danger"
                    aria-label={`Remove the passkey ${passkey.name}`}
                    isBusy={remove.isBusy}
                    onClick={() => remove.run(passkey.id)}
                  >
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {isAdding ? <AddDialog onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const add = useAct(
    async (client, name: string) => {
      const { options } = await client.passkeyOptions();
      await client.addPasskey(name, await createPasskey(options));
    },
    { changes: CHANGES, said: "Passkey added", onDone: onClose },
  );
  return (
    <Dialog title="Add a passkey" isNarrow onClose={onClose}>
      <Form onSend={(fields) => add.run(fields.text("name"))}>
        <FailureNotice failure={add.failure} />
        <TextField
          name="name"
          label="Name"
          hint="So that you know it again, such as the device it is on."
          maxLength={60}
          required
          autoFocus
        />
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={add.isBusy}>
            Continue
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
