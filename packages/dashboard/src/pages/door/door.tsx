import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sessionQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { useArrival, useTitle } from "../../ui/head.tsx";
import { Mark } from "../../ui/icon.tsx";

/** A page in front of the frame: for those who are not in yet. It names the installation, so that a look-alike shows. */
export function Door(props: {
  readonly title: string;
  readonly words?: ReactNode;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { client } = useServices();
  const { data: session } = useQuery(sessionQuery(client));
  useTitle(props.title);
  useArrival(null);
  return (
    <div className="door">
      <main className={props.isWide === true ? "wide" : ""}>
        <div className="intro">
          <Mark />
          <h1>{props.title}</h1>
          {props.words === undefined ? null : <p className="soft">{props.words}</p>}
        </div>
        {props.children}
      </main>
      <footer>
        {session === undefined ? "Holdfast" : session.instance.name} · <span>{location.host}</span>
      </footer>
    </div>
  );
}
