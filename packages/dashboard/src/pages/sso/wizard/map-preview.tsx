import type { AttributeNames, SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { grantWords } from "../../../text/grants.ts";
import { Button } from "../../../ui/button.tsx";
import { AreaField } from "../../../ui/field.tsx";
import { Form } from "../../../ui/form.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { readSample } from "../sample-attributes.ts";

/** What would become of somebody, by the mapping that is saved. */
export function MapPreviewPanel(props: {
  readonly connection: SsoConnection;
  readonly names: AttributeNames;
  readonly usual: AttributeNames;
}): ReactNode {
  const preview = useAct((client, text: string) =>
    client.previewMapping(props.connection.id, readSample(text)),
  );
  const email = props.names.email ?? props.usual.email ?? "email";
  const groups = props.names.groups ?? props.usual.groups ?? "groups";
  const { result } = preview;
  return (
    <Panel
      title="Try it"
      words="With attributes as the provider would send them, by the mapping that is saved. Nobody is made."
    >
      <Form onSend={(fields) => preview.run(fields.raw("sample"))}>
        <AreaField
          name="sample"
          label="Attributes"
          hint="One name = value a line; a name again for another value."
          defaultValue={`${email} = ada@example.org\n${groups} = engineering`}
          rows={4}
        />
        <FailureNotice failure={preview.failure} />
        {result === undefined ? null : (
          <Notice tone={result.grants.length > 0 ? "good" : "warn"} title={result.verdict} isNews>
            <p>
              {result.name ?? "No name"}, {result.email ?? "no address"}
              {result.groups.length === 0 ? ", in no group" : `, in ${result.groups.join(", ")}`}
            </p>
            {result.grants.map((grant, index) => (
              <p key={index}>Becomes {grantWords(grant)}</p>
            ))}
          </Notice>
        )}
        <div>
          <Button type="submit" isBusy={preview.isBusy}>
            Try
          </Button>
        </div>
      </Form>
    </Panel>
  );
}
