import type { RoleRow } from "@holdfast/client";
import type { Reach } from "@holdfast/protocol";
import { ROLES } from "@holdfast/protocol";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Fragment } from "react";
import { rolesQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useMay } from "../../data/session.ts";
import { ROLE_WORDS, roleLabel } from "../../text/grants.ts";
import { Head } from "../../ui/head.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Panel, TableBox } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { grouped, permissionWords } from "./effect.ts";
import { WhoMay } from "./who-may.tsx";

export function RolesPage(): ReactNode {
  const { client } = useServices();
  const query = useQuery(rolesQuery(client));
  const mayList = useMay("people.read");
  return (
    <div className="stack loose">
      <div>
        <Head
          title="Roles"
          words="Six, and the same everywhere: every role more is one more thing to understand."
        />
        <Loaded query={query} what="roles" lines={10}>
          {(table) => (
            <div className="stack loose">
              {mayList ? <WhoMay table={table} /> : null}
              <Panel title="What each role is for">
                <dl className="facts">
                  {ROLES.map((role) => (
                    <Fragment key={role}>
                      <dt>{roleLabel(role)}</dt>
                      <dd>{ROLE_WORDS[role]}</dd>
                    </Fragment>
                  ))}
                </dl>
              </Panel>
              <Matrix table={table} />
            </div>
          )}
        </Loaded>
      </div>
    </div>
  );
}

function Matrix({ table }: { readonly table: readonly RoleRow[] }): ReactNode {
  return (
    <Panel
      title="The table"
      words="What the server decides by. A grant that names environments is good there alone."
      isFlush
    >
      <TableBox label="What each role may do">
        <thead>
          <tr>
            <th scope="col">Permission</th>
            {ROLES.map((role) => (
              <th key={role} scope="col" className="mid">
                {roleLabel(role)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grouped(table).map(([what, rows]) =>
            rows.map((row) => (
              <tr key={row.permission}>
                <th scope="row" className="nowrap">
                  <span className="what">{what}</span>{" "}
                  <span className="soft">{permissionWords(row.permission).verb}</span>
                </th>
                {ROLES.map((role) => (
                  <td key={role} className="mid">
                    <ReachMark reach={row[role]} />
                  </td>
                ))}
              </tr>
            )),
          )}
        </tbody>
      </TableBox>
    </Panel>
  );
}

function ReachMark({ reach }: { readonly reach: Reach | null }): ReactNode {
  switch (reach) {
    case "everywhere":
      return (
        <span className="reach">
          <Icon name="check" />
          <span className="unseen">yes</span>
        </span>
      );
    case "outside production":
      return <span className="small nowrap">not in production</span>;
    case null:
      return (
        <span className="soft">
          <span aria-hidden="true">·</span>
          <span className="unseen">no</span>
        </span>
      );
  }
}
