import type { PersonDetails } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { peopleQuery, personQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useConnectionNames, useMay, useSession } from "../../data/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Head } from "../../ui/head.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { SessionTable } from "../../ui/session-table.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Ways } from "../../ui/ways.tsx";
import { Exact, When } from "../../ui/when.tsx";
import { isLastOwner } from "../people/people-filter.ts";
import { GrantsEditor } from "./grants-editor.tsx";
import { PersonActs } from "./person-acts.tsx";

const route = getRouteApi("/frame/people/$id");

export function PersonPage(): ReactNode {
  const { client } = useServices();
  const { id } = route.useParams();
  const query = useQuery(personQuery(client, id));
  if (query.data !== undefined) return <Person key={id} person={query.data} />;
  return (
    <div>
      <Head title="Person" above={{ to: "/people", label: "People" }} />
      <Loaded query={query} what="the person" lines={8}>
        {() => null}
      </Loaded>
    </div>
  );
}

function Person({ person }: { readonly person: PersonDetails }): ReactNode {
  const { client } = useServices();
  const { data: people } = useQuery(peopleQuery(client));
  const mayManage = useMay("people.manage");
  const nameOf = useConnectionNames();
  const isSelf = useSession().person?.id === person.id;
  const isLast = people !== undefined && isLastOwner(people, person.id);
  return (
    <div className="stack loose">
      <div>
        <Head title={person.name} above={{ to: "/people", label: "People" }} words={person.email} />
        <div className="stack">
          {person.state === "deactivated" ? (
            <Notice tone="warn" title="Deactivated">
              <p>{person.name} cannot sign in. What they did stays in the audit log under their name.</p>
            </Notice>
          ) : null}
          {isLast ? (
            <Notice title={`${isSelf ? "You are" : `${person.name} is`} the last owner`}>
              <p>
                Somebody has to be able to do everything, so this role can be neither taken away nor
                deactivated. Make another owner first.
              </p>
            </Notice>
          ) : null}
          {person.managed_by === null ? null : (
            <Notice title={`Managed by ${nameOf(person.managed_by)}`}>
              <p>The directory decides about name, address and whether they are active. Change them there.</p>
            </Notice>
          )}
        </div>
      </div>
      <Panel title="About">
        <dl className="facts">
          <dt>Signs in by</dt>
          <dd>
            <Ways ways={person.sign_in} />
          </dd>
          <dt>Second factor</dt>
          <dd>
            {person.mfa ? (
              <Badge tone="good" icon="check">
                Set up
              </Badge>
            ) : (
              <Badge tone="warn" icon="warn">
                None
              </Badge>
            )}
          </dd>
          <dt>Last signed in</dt>
          <dd>
            <When at={person.last_signed_in_at} />
          </dd>
          <dt>Here since</dt>
          <dd>
            <Exact at={person.created_at} />
          </dd>
          {person.break_glass ? (
            <>
              <dt>Break-glass</dt>
              <dd>May sign in with a password even when single sign-on is required</dd>
            </>
          ) : null}
        </dl>
      </Panel>
      <GrantsEditor person={person} isLast={isLast} isReadOnly={!mayManage} />
      <Panel title="Sessions" words="Browsers in which they are signed in now." isFlush>
        <SessionTable sessions={person.sessions} none="They are signed in nowhere." />
      </Panel>
      {mayManage ? <PersonActs person={person} isLast={isLast} isSelf={isSelf} /> : null}
    </div>
  );
}
