import type { Environment, SessionInfo } from "@holdfast/client";
import { useQuery } from "@tanstack/react-query";
import type { Wanted } from "../access/abilities.ts";
import { may } from "../access/abilities.ts";
import { connectionsQuery, environmentsQuery, sessionQuery } from "./queries.ts";
import { useServices } from "./services.ts";

/** The session that the frame has read already. */
export function useSession(): SessionInfo {
  const { client, queries } = useServices();
  // Under the frame it is there; the query keeps the page fresh when it changes.
  const { data } = useQuery(sessionQuery(client));
  const session = data ?? queries.getQueryData(sessionQuery(client).queryKey);
  if (session === undefined) throw new Error("The session was not read yet.");
  return session;
}

export function useMay(wanted: Wanted): boolean {
  return may(useSession(), wanted);
}

/** Environments that somebody may know of; none while they are read. */
export function useEnvironments(): readonly Environment[] {
  const { client } = useServices();
  const { data } = useQuery({ ...environmentsQuery(client), enabled: useMay("environments.read") });
  return data?.filter(({ archived_at: archived }) => archived === null) ?? [];
}

/** How people call a connection, by its id; what somebody may not know is single sign-on all the same. */
export function useConnectionNames(): (id: string) => string {
  const { client } = useServices();
  const { data } = useQuery({ ...connectionsQuery(client), enabled: useMay("sso.read") });
  return (id) => data?.find((connection) => connection.id === id)?.name ?? "single sign-on";
}
