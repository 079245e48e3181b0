import type { InvitationToMake } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { useSession } from "../../data/session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField, Tick } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Given } from "../../ui/given.tsx";
import { GrantFields, NEW_GRANT } from "../../ui/grant-fields.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { When } from "../../ui/when.tsx";

/** Makes an invitation: a link to be copied, or where the server can, a mail. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [grant, setGrant] = useState(NEW_GRANT);
  const { mail = false } = useSession();
  const [isMailed, setMailed] = useState(mail);
  const invite = useAct((client, invitation: InvitationToMake) => client.invite(invitation), {
    changes: ["invitations"],
  });
  const send = useAct((client, invitation: InvitationToMake) => client.mailInvitation(invitation), {
    changes: ["invitations"],
    said: "Sent",
    onDone: onClose,
  });
  if (invite.result !== undefined)
    return (
      <Dialog title="Send them this link" onClose={onClose}>
        <p>It is good once, for the address you named, and it is shown only now.</p>
        <Given label="Invitation link" value={invite.result.link} />
        <p className="small soft">
          It ends <When at={invite.result.expires_at} />.
        </p>
        <div className="ends">
          <Button look="first" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      <Form
        onSend={(fields) => {
          const { environments, payloads, role } = grant;
          (isMailed ? send : invite).run({
            email: fields.text("email"),
            role,
            ...(environments === null ? {} : { environments }),
            ...(payloads ? { payloads } : {}),
          });
        }}
      >
        <FailureNotice failure={invite.failure ?? send.failure} />
        <TextField name="email" type="email" label="E-mail address" autoComplete="off" required autoFocus />
        <GrantFields grant={grant} onChange={setGrant} />
        {mail ? (
          <Tick
            label="Send it by mail"
            hint="The link goes to their address, and nobody else sees it."
            checked={isMailed}
            onChange={(event) => setMailed(event.target.checked)}
          />
        ) : null}
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={invite.isBusy || send.isBusy}>
            {isMailed ? "Send the invitation" : "Make the link"}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
