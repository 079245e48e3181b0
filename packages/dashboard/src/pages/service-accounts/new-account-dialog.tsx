import type { ServiceAccountToMake } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { GrantFields, NEW_GRANT } from "../../ui/grant-fields.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

export function NewAccountDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [grant, setGrant] = useState(NEW_GRANT);
  const make = useAct((client, account: ServiceAccountToMake) => client.createServiceAccount(account), {
    changes: ["service-accounts"],
    onDone: onClose,
  });
  return (
    <Dialog title="New service account" onClose={onClose}>
      <Form
        onSend={(fields) => {
          const { environments, payloads, role } = grant;
          make.run({
            name: fields.text("name"),
            role,
            ...(environments === null ? {} : { environments }),
            ...(payloads ? { payloads } : {}),
          });
        }}
      >
        <FailureNotice failure={make.failure} />
        <TextField
          name="name"
          label="Name"
          hint="What it is for, such as deploy-pipeline."
          autoComplete="off"
          maxLength={60}
          required
          autoFocus
        />
        <GrantFields grant={grant} onChange={setGrant} />
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={make.isBusy}>
            Make
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
