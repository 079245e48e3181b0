import type { PersonInfo } from "@holdfast/client";
import { ROLES } from "@holdfast/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useState } from "react";
import { peopleQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { now } from "../../platform/now.ts";
import { placeWords, roleLabel } from "../../text/grants.ts";
import { counted } from "../../text/times.ts";
import { Badge, Initials } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { FilterChoice, SearchBox } from "../../ui/filter.tsx";
import { Head } from "../../ui/head.tsx";
import { TableBox } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { Ways } from "../../ui/ways.tsx";
import { Invitations } from "./invitations.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import type { PeopleFilter } from "./people-filter.ts";
import { filterPeople, isDormant } from "./people-filter.ts";

const route = getRouteApi("/frame/people");

/** A directory may have sent thousands: more than these are drawn when they are wanted. */
const ROWS_AT_ONCE = 200;

export function PeoplePage(): ReactNode {
  const { client } = useServices();
  const query = useQuery(peopleQuery(client));
  const mayManage = useMay("people.manage");
  const [isInviting, setInviting] = useState(false);
  return (
    <div className="stack loose">
      <div>
        <Head
          title="People"
          words="Who may sign in, and what they may do."
          acts={
            mayManage ? (
              <Button look="first" icon="plus" onClick={() => setInviting(true)}>
                Invite
              </Button>
            ) : null
          }
        />
        <Loaded query={query} what="people" lines={8}>
          {(people) => <PeopleList people={people} />}
        </Loaded>
      </div>
      {mayManage ? <Invitations /> : null}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </div>
  );
}

function PeopleList({ people }: { readonly people: readonly PersonInfo[] }): ReactNode {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const shown = filterPeople(people, filter);
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const choose = (change: PeopleFilter): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  return (
    <>
      <div className="filters">
        <SearchBox
          label="Search by name or address"
          value={filter.q ?? ""}
          onType={(text) => choose({ q: text === "" ? undefined : text })}
        />
        <FilterChoice
          label="Role"
          value={filter.role ?? ""}
          options={[
            { value: "", label: "Any role" },
            ...ROLES.map((role) => ({ value: role, label: roleLabel(role) })),
          ]}
          onChoose={(value) => choose({ role: ROLES.find((role) => role === value) })}
        />
        <FilterChoice
          label="State"
          value={filter.state ?? "active"}
          options={[
            { value: "active", label: "Active" },
            { value: "deactivated", label: "Deactivated" },
            { value: "all", label: "All" },
          ]}
          onChoose={(value) =>
            choose({ state: value === "deactivated" || value === "all" ? value : undefined })
          }
        />
      </div>
      <p className="unseen" role="status">
        {counted(shown.length, "person", "people")}
      </p>
      <div className="panel flush">
        {shown.length === 0 ? (
          <Empty
            icon="people"
            title="Nobody fits these filters"
            act={
              <Button onClick={() => choose({ q: undefined, role: undefined, state: undefined })}>
                Show all who are active
              </Button>
            }
          >
            {counted(people.length, "person is", "people are")} left out by them.
          </Empty>
        ) : (
          <TableBox label="People" folds>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">May</th>
                <th scope="col">Signs in by</th>
                <th scope="col">Last signed in</th>
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, limit).map((person) => (
                <PersonRow key={person.id} person={person} />
              ))}
            </tbody>
          </TableBox>
        )}
        {shown.length > limit ? (
          <div className="more">
            <Button onClick={() => setLimit(limit + ROWS_AT_ONCE)}>Show more of {shown.length}</Button>
          </div>
        ) : null}
      </div>
    </>
  );
}

function PersonRow({ person }: { readonly person: PersonInfo }): ReactNode {
  return (
    <tr className={`link ${person.state === "active" ? "" : "over"}`}>
      <th scope="row">
        <div className="person">
          <Initials name={person.name} />
          <div>
            <Link to="/people/$id" params={{ id: person.id }} className="whole">
              {person.name}
            </Link>
            <span className="sub">{person.email}</span>
          </div>
        </div>
      </th>
      <td data-label="May">
        <div className="stack tight">
          {person.grants.length === 0 ? <span className="soft">Nothing</span> : null}
          {person.grants.map(({ environments, role }, index) => (
            <span key={index}>
              {roleLabel(role)} <span className="soft">{placeWords(environments)}</span>
            </span>
          ))}
        </div>
      </td>
      <td data-label="Signs in by">
        <div className="row">
          <Ways ways={person.sign_in} />
          {person.mfa ? (
            <Badge tone="good" icon="check">
              Second factor
            </Badge>
          ) : null}
          {person.break_glass ? <Badge tone="accent">Break-glass</Badge> : null}
        </div>
      </td>
      <td data-label="Last signed in">
        <div className="row">
          <When at={person.last_signed_in_at} />
          {isDormant(person, now()) ? (
            <Badge tone="warn" icon="clock">
              Away for long
            </Badge>
          ) : null}
          {person.state === "deactivated" ? <Badge icon="lock">Deactivated</Badge> : null}
        </div>
      </td>
    </tr>
  );
}
