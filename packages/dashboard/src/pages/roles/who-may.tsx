import type { PersonInfo, RoleRow } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { peopleQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useEnvironments } from "../../data/session.ts";
import { FilterChoice } from "../../ui/filter.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { permissionsIn, permissionWords } from "./effect.ts";

const route = getRouteApi("/frame/roles");

/** The place that is no environment, as the address says it. */
const INSTALLATION = "-";

/** What somebody can do somewhere, worked out from grants and table. */
export function WhoMay({ table }: { readonly table: readonly RoleRow[] }): ReactNode {
  const { client } = useServices();
  const query = useQuery(peopleQuery(client));
  return (
    <Panel title="What can somebody do?" words="Choose a person and a place.">
      <Loaded query={query} what="people" lines={3}>
        {(people) => <Effect people={people.filter(({ state }) => state === "active")} table={table} />}
      </Loaded>
    </Panel>
  );
}

function Effect(props: {
  readonly people: readonly PersonInfo[];
  readonly table: readonly RoleRow[];
}): ReactNode {
  const environments = useEnvironments();
  const { person: id, place: named } = route.useSearch();
  const navigate = route.useNavigate();
  const person = props.people.find((each) => each.id === id) ?? props.people[0];
  const place = named ?? environments[0]?.name ?? INSTALLATION;
  const environment = environments.find(({ name }) => name === place);
  if (person === undefined) return <p className="soft">Nobody is active.</p>;
  const may = permissionsIn(
    person.grants,
    place === INSTALLATION ? null : (environment ?? { name: place, family: null }),
    props.table,
  );
  const where = place === INSTALLATION ? "in the installation itself" : `in ${environment?.label ?? place}`;
  return (
    <div className="stack">
      <div className="filters">
        <FilterChoice
          label="Person"
          value={person.id}
          options={props.people.map((each) => ({ value: each.id, label: each.name }))}
          onChoose={(value) =>
            void navigate({ search: (before) => ({ ...before, person: value }), replace: true })
          }
        />
        <FilterChoice
          label="Place"
          value={place}
          options={[
            ...environments.map((each) => ({ value: each.name, label: each.label })),
            { value: INSTALLATION, label: "The installation itself" },
          ]}
          onChoose={(value) =>
            void navigate({ search: (before) => ({ ...before, place: value }), replace: true })
          }
        />
      </div>
      <p aria-live="polite">
        {may.length === 0 ? (
          <>
            <strong>{person.name}</strong> can do nothing {where}.
          </>
        ) : (
          <>
            <strong>{person.name}</strong> can do {may.length} of {props.table.length} things {where}:
          </>
        )}
      </p>
      <ul className="can">
        {may.map((permission) => {
          const { verb, what } = permissionWords(permission);
          return (
            <li key={permission}>
              <Icon name="check" />
              <span>
                <span className="what">{what}</span> <span className="soft">{verb}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
