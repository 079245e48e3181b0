import type { SsoConnection } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { connectionQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { Head } from "../../ui/head.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Loaded } from "../../ui/states.tsx";
import { ConnectionStateBadge } from "./connection-state.tsx";
import { ConfirmBanner } from "./confirm-banner.tsx";
import { HealthStep } from "./health/health-step.tsx";
import type { Provider } from "./providers.ts";
import { providerOf } from "./providers.ts";
import type { StepId } from "./steps.ts";
import { stepOf, STEPS, stepsDone } from "./steps.ts";
import { EnableStep } from "./wizard/enable-step.tsx";
import { GiveStep } from "./wizard/give-step.tsx";
import { MapStep } from "./wizard/map-step.tsx";
import { OidcStep } from "./wizard/oidc-step.tsx";
import { PasteStep } from "./wizard/paste-step.tsx";
import { TestStep } from "./wizard/test-step.tsx";

const route = getRouteApi("/frame/sso/$id");

/** One connection: the steps that set it up, and its health afterwards. Which step is shown stands in the address. */
export function ConnectionPage(): ReactNode {
  const { client } = useServices();
  const { id } = route.useParams();
  const query = useQuery(connectionQuery(client, id));
  if (query.data !== undefined) return <Connection connection={query.data} />;
  return (
    <div>
      <Head title="Connection" above={{ to: "/sso", label: "Single sign-on" }} />
      <Loaded query={query} what="the connection" lines={8}>
        {() => null}
      </Loaded>
    </div>
  );
}

function Connection({ connection }: { readonly connection: SsoConnection }): ReactNode {
  const { provider: said, step: named } = route.useSearch();
  const navigate = route.useNavigate();
  const mayManage = useMay("sso.manage");
  const provider = providerOf(connection, said);
  const step = mayManage ? stepOf(connection, named) : "health";
  const go = (to: StepId): void => {
    void navigate({ search: (before) => ({ ...before, step: to }) });
  };
  return (
    <div>
      <Head
        title={connection.name}
        above={{ to: "/sso", label: "Single sign-on" }}
        words={connection.kind === "saml" ? "SAML 2.0" : "OpenID Connect"}
        acts={<ConnectionStateBadge state={connection.state} />}
      />
      <ConfirmBanner connection={connection} />
      {mayManage ? <Steps connection={connection} current={step} /> : <ReadOnlyNotice />}
      <Step
        key={step}
        step={step}
        connection={connection}
        provider={provider}
        onGo={go}
        isReadOnly={!mayManage}
      />
    </div>
  );
}

function ReadOnlyNotice(): ReactNode {
  return (
    <div className="after">
      <Notice>
        <p>You may look at this connection. Owners and admins can change it.</p>
      </Notice>
    </div>
  );
}

function Steps(props: { readonly connection: SsoConnection; readonly current: StepId }): ReactNode {
  const done = stepsDone(props.connection);
  return (
    <nav aria-label="Steps">
      <ol className="steps">
        {STEPS.map(({ id, label }) => (
          <li key={id}>
            <Link
              to="/sso/$id"
              params={{ id: props.connection.id }}
              search={(before) => ({ ...before, step: id })}
              className={`${done.has(id) ? "done" : ""} ${id === props.current ? "current" : ""}`}
              aria-current={id === props.current ? "step" : undefined}
            >
              {label}
              {done.has(id) ? <span className="unseen"> (done)</span> : null}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Step(props: {
  readonly step: StepId;
  readonly connection: SsoConnection;
  readonly provider: Provider;
  readonly onGo: (step: StepId) => void;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { connection, onGo, provider } = props;
  switch (props.step) {
    case "give":
      return <GiveStep connection={connection} provider={provider} onDone={() => onGo("paste")} />;
    case "paste":
      return connection.kind === "saml" ? (
        <PasteStep connection={connection} provider={provider} onDone={() => onGo("map")} />
      ) : (
        <OidcStep connection={connection} provider={provider} onDone={() => onGo("map")} />
      );
    case "map":
      return <MapStep connection={connection} provider={provider} onDone={() => onGo("test")} />;
    case "test":
      return <TestStep connection={connection} onDone={() => onGo("enable")} onBack={() => onGo("map")} />;
    case "enable":
      return <EnableStep connection={connection} onTest={() => onGo("test")} />;
    case "health":
      return <HealthStep connection={connection} isReadOnly={props.isReadOnly} />;
  }
}
