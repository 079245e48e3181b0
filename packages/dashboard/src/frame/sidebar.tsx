import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Destination } from "../access/destinations.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";

export function Sidebar(props: {
  readonly destinations: readonly Destination[];
  readonly isOpen: boolean;
  readonly isFolded: boolean;
  readonly onFold: () => void;
}): ReactNode {
  const groups = [...new Set(props.destinations.map(({ group }) => group))];
  return (
    <nav className="side" id="sidebar" aria-label="Pages" data-open={props.isOpen ? "yes" : "no"}>
      {groups.map((group) => (
        <div key={group}>
          <h2>{group}</h2>
          <ul>
            {props.destinations
              .filter((destination) => destination.group === group)
              .map(({ icon, label, to }) => (
                <li key={to}>
                  <Link
                    to={to}
                    title={props.isFolded ? label : undefined}
                    activeProps={{ className: "active" }}
                  >
                    <Icon name={icon} />
                    <span>{label}</span>
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
      <div className="foot">
        <IconButton
          icon="side"
          label={props.isFolded ? "Unfold the sidebar" : "Fold the sidebar"}
          onClick={props.onFold}
        />
      </div>
    </nav>
  );
}
