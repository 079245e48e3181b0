import type { MetadataSource, SamlConnection } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDeferredValue, useState } from "react";
import { useAct } from "../../../data/act.ts";
import { useServices } from "../../../data/services.ts";
import { failureOf } from "../../../text/failure.ts";
import { Button } from "../../../ui/button.tsx";
import { AreaField, TextField } from "../../../ui/field.tsx";
import { Form } from "../../../ui/form.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import { Bones } from "../../../ui/states.tsx";
import type { Provider } from "../providers.ts";
import { MetadataPreviewList } from "./metadata-preview.tsx";

export function MetadataByUrl(props: {
  readonly connection: SamlConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const [url, setUrl] = useState<string | null>(null);
  return (
    <div className="stack">
      <Form onSend={(fields) => setUrl(fields.text("url"))}>
        <TextField
          name="url"
          type="url"
          label={props.provider.paste.url ?? "Metadata URL"}
          placeholder={props.provider.paste.urlExample}
          hint="The server fetches it now, and again every day: new certificates are then waiting before they are needed."
          spellCheck={false}
          required
        />
        <div>
          <Button type="submit">Read it</Button>
        </div>
      </Form>
      {url === null ? null : <Reading source={{ url }} connection={props.connection} onDone={props.onDone} />}
    </div>
  );
}

/** Read as soon as it is whole. */
export function MetadataByXml(props: {
  readonly connection: SamlConnection;
  readonly onDone: () => void;
}): ReactNode {
  const [text, setText] = useState("");
  const xml = useDeferredValue(text.trim());
  const isWhole = /<\/(?:[\w.-]+:)?Entit(?:y|ies)Descriptor>\s*$/.test(xml);
  return (
    <div className="stack">
      <AreaField
        label="Metadata"
        placeholder="<EntityDescriptor …>"
        value={text}
        rows={8}
        onChange={(event) => setText(event.target.value)}
        wrong={
          xml !== "" && !isWhole ? "This does not end as metadata ends: paste the whole document." : null
        }
      />
      {isWhole ? <Reading source={{ xml }} connection={props.connection} onDone={props.onDone} /> : null}
    </div>
  );
}

function Reading(props: {
  readonly source: MetadataSource;
  readonly connection: SamlConnection;
  readonly onDone: () => void;
}): ReactNode {
  const { client, stepUp } = useServices();
  const { connection, onDone, source } = props;
  const query = useQuery({
    queryKey: ["metadata", source],
    queryFn: () => stepUp.guard(() => client.previewMetadata(source)),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const take = useAct((ask, taken: MetadataSource) => ask.takeMetadata(connection.id, taken), {
    changes: ["sso"],
    said: "Taken",
    onDone,
  });
  if (query.isError)
    return <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Bones what="the metadata" lines={3} />;
  return (
    <div className="stack">
      <MetadataPreviewList preview={query.data} />
      <FailureNotice failure={take.failure} />
      <div className="row end">
        <Button look="first" isBusy={take.isBusy} onClick={() => take.run(source)}>
          Take this and go on
        </Button>
      </div>
    </div>
  );
}
