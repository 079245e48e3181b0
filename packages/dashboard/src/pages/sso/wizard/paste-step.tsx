import type { SamlConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { ChoiceBar } from "../../../ui/choice-bar.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import type { Provider } from "../providers.ts";
import { ByHand } from "./by-hand.tsx";
import { MetadataByUrl, MetadataByXml } from "./metadata-forms.tsx";

const WAYS = ["url", "xml", "hand"] as const;

/** What the identity provider says of itself: by its address, as text, or field by field. */
export function PasteStep(props: {
  readonly connection: SamlConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const { connection, onDone, provider } = props;
  const [way, setWay] = useState<(typeof WAYS)[number]>(provider.paste.url === null ? "xml" : "url");
  const labels = { url: provider.paste.url ?? "An address", xml: "Metadata as text", hand: "Field by field" };
  return (
    <Panel title={`Paste what ${provider.name} gives you`} words={provider.paste.hint}>
      <div className="stack">
        {connection.identity_provider?.entity_id == null ? null : (
          <Notice tone="good" title="The other side is known">
            <p className="breaks">
              {connection.identity_provider.entity_id}. What you paste now replaces it; certificates that are
              in use stay until they are retired.
            </p>
          </Notice>
        )}
        <ChoiceBar
          legend="How you have it"
          options={WAYS.map((value) => ({ value, label: labels[value] }))}
          chosen={way}
          onChoose={setWay}
        />
        {way === "url" ? <MetadataByUrl connection={connection} provider={provider} onDone={onDone} /> : null}
        {way === "xml" ? <MetadataByXml connection={connection} onDone={onDone} /> : null}
        {way === "hand" ? <ByHand connection={connection} provider={provider} onDone={onDone} /> : null}
      </div>
    </Panel>
  );
}
