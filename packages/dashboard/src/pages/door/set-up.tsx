import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { sessionQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { takeFragment } from "../../platform/fragment.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Redirect } from "../../ui/redirect.tsx";
import { Bones } from "../../ui/states.tsx";
import { Door } from "./door.tsx";
import { NewPassword } from "./new-password.tsx";
import { RecoveryCodesOnce } from "./recovery-codes.tsx";

/** The first person of an installation, who holds the link that the server printed. */
export function SetUpPage(): ReactNode {
  const { client, queries } = useServices();
  const navigate = useNavigate();
  const [token] = useState(takeFragment);
  const { data: session } = useQuery(sessionQuery(client));
  const setUp = useAct((ask, first: Parameters<typeof client.setUp>[0]) => ask.setUp(first));
  const done = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["session"] });
    await navigate({ to: "/" });
  };
  if (session === undefined) return <Bones what="the set-up page" />;
  if (setUp.result !== undefined)
    return (
      <Door title="Your recovery codes" isWide>
        <div className="panel">
          <RecoveryCodesOnce
            codes={setUp.result.recovery_codes}
            instance={session.instance.name}
            goOn="Go to the dashboard"
            onDone={() => void done()}
          />
        </div>
      </Door>
    );
  if (session.state !== "setup_required") return <Redirect to={{ to: "/" }} />;
  return (
    <Door
      title="Set up this installation"
      words="You become its first owner. Everybody else comes by invitation."
    >
      {token === null ? (
        <Notice tone="warn" title="This page needs the set-up link">
          <p>
            The server printed it to its own log when it started. It is good for 15 minutes; after that, start
            the server again and it prints another.
          </p>
        </Notice>
      ) : (
        <div className="panel">
          <Form
            onSend={(fields) =>
              setUp.run({
                token,
                name: fields.text("name"),
                email: fields.text("email"),
                password: fields.raw("password"),
              })
            }
          >
            <FailureNotice failure={setUp.failure} />
            <TextField name="name" label="Your name" autoComplete="name" maxLength={120} required autoFocus />
            <TextField name="email" type="email" label="E-mail address" autoComplete="username" required />
            <NewPassword />
            <Button type="submit" look="first" size="wide" isBusy={setUp.isBusy}>
              Set up
            </Button>
          </Form>
        </div>
      )}
    </Door>
  );
}
