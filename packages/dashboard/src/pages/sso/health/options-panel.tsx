import type { ConnectionChange, SamlConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, Tick } from "../../../ui/field.tsx";
import { Form } from "../../../ui/form.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";

const UNSOLICITED = [
  { value: "off", label: "Refused" },
  { value: "bounce", label: "Sent back to begin here" },
] as const;

export function OptionsPanel({ connection }: { readonly connection: SamlConnection }): ReactNode {
  const { options } = connection;
  const save = useAct(
    (client, change: ConnectionChange) => client.changeSsoConnection(connection.id, change),
    {
      changes: ["sso"],
      said: "Saved",
    },
  );
  return (
    <Panel title="Options" words="As they are, they are the safe ones.">
      <Form
        onSend={(fields) =>
          save.run({
            options: {
              sign_requests: fields.isOn("sign_requests"),
              want_assertions_signed: fields.isOn("want_assertions_signed"),
              force_authn: fields.isOn("force_authn"),
              allow_unsolicited:
                UNSOLICITED.find(({ value }) => value === fields.text("allow_unsolicited"))?.value ?? "off",
            },
          })
        }
      >
        <FailureNotice failure={save.failure} />
        <Tick
          name="want_assertions_signed"
          label="The assertion itself has to be signed"
          hint="Off, a signature over the whole response is enough."
          defaultChecked={options.want_assertions_signed}
        />
        <Tick
          name="sign_requests"
          label="Sign our requests"
          hint="For providers that ask for it. The certificate is in the metadata."
          defaultChecked={options.sign_requests}
        />
        <Tick
          name="force_authn"
          label="Have the provider ask anew each time"
          hint="Even when the person is still signed in there."
          defaultChecked={options.force_authn}
        />
        <SelectField
          name="allow_unsolicited"
          label="Sign-ins that begin at the provider, from its tiles"
          hint="An answer to no request of ours is never taken: at most it begins a sign-in here."
          defaultValue={options.allow_unsolicited}
          options={UNSOLICITED}
        />
        <div className="row end">
          <Button type="submit" isBusy={save.isBusy}>
            Save
          </Button>
        </div>
      </Form>
    </Panel>
  );
}
