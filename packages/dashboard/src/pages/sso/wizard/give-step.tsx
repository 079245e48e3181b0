import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { Button } from "../../../ui/button.tsx";
import { Given } from "../../../ui/given.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import type { Provider } from "../providers.ts";

/** What the identity provider has to be told about this server, in its own words. */
export function GiveStep(props: {
  readonly connection: SsoConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const { connection, provider } = props;
  const back = connection.kind === "saml" ? connection.service_provider.acs_url : connection.redirect_uri;
  return (
    <Panel
      title={`Give these to ${provider.name}`}
      words={connection.kind === "saml" ? provider.place : undefined}
    >
      <div className="stack">
        <AddressCheck url={back} />
        {connection.kind === "saml" ? (
          <SamlValues connection={connection} provider={provider} />
        ) : (
          <>
            <Given
              label="Redirect URI"
              value={connection.redirect_uri}
              hint="Also called callback or reply URL."
            />
            {connection.backchannel_logout_uri === null ? null : (
              <Given
                label="Back-channel logout URI"
                value={connection.backchannel_logout_uri}
                hint="When people sign out there, their sessions here end too. Leave it out where there is no field for it."
              />
            )}
            <p className="soft">
              Choose a web application with the authorization code flow and a client secret.
            </p>
          </>
        )}
        <div className="row end">
          <Button look="first" onClick={props.onDone}>
            Done, go on
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function SamlValues(props: {
  readonly connection: Extract<SsoConnection, { kind: "saml" }>;
  readonly provider: Provider;
}): ReactNode {
  const { give } = props.provider;
  const { options, service_provider: own } = props.connection;
  return (
    <>
      <Given label={give.acs} value={own.acs_url} />
      <Given label={give.entityId} value={own.entity_id} />
      {options.name_id_format === "" ? (
        <p className="soft">
          {give.nameId}: as the provider has it. Persistent is best, where there is a choice.
        </p>
      ) : (
        <Given label={give.nameId} value={options.name_id_format} />
      )}
      <Given
        label="Metadata"
        value={own.metadata_url}
        hint="Carries all of the above, for providers that can read it. It holds nothing secret."
      />
      <div>
        <a className="button" href={own.metadata_url} download="holdfast-metadata.xml">
          <Icon name="download" />
          Download the metadata file
        </a>
      </div>
      {give.hints === undefined ? null : (
        <ul className="stack tight soft">
          {give.hints.map((hint) => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A wrong public address is the usual reason for a round trip that never comes back. */
function AddressCheck({ url }: { readonly url: string }): ReactNode {
  const expected = URL.canParse(url) ? new URL(url).origin : url;
  if (expected === location.origin)
    return (
      <Notice tone="good">
        <p>The server’s public address is the one that you see it under: {location.origin}</p>
      </Notice>
    );
  return (
    <Notice tone="bad" title="The server’s public address is another one than you see it under">
      <p>
        It says <code>{expected}</code>, and your browser says <code>{location.origin}</code>. Sign-ins would
        come back to the first. Set the public URL of the server, or open the dashboard under it, before you
        go on.
      </p>
    </Notice>
  );
}
