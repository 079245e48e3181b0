import type { Client, SessionInfo, SsoConnection, SsoTest } from "@holdfast/client";
import { queryOptions } from "@tanstack/react-query";

// What pages read, each under the key by which it is read anew after something was changed.

export const sessionQuery = (client: Client) =>
  queryOptions({
    queryKey: ["session"],
    queryFn: (): Promise<SessionInfo> => client.session(),
    staleTime: 30_000,
  });

export const peopleQuery = (client: Client) =>
  queryOptions({ queryKey: ["people"], queryFn: () => client.people() });

export const personQuery = (client: Client, id: string) =>
  queryOptions({ queryKey: ["people", id], queryFn: () => client.person(id) });

export const invitationsQuery = (client: Client) =>
  queryOptions({ queryKey: ["invitations"], queryFn: () => client.invitations() });

export const rolesQuery = (client: Client) =>
  queryOptions({ queryKey: ["roles"], queryFn: () => client.roles(), staleTime: 300_000 });

export const environmentsQuery = (client: Client) =>
  queryOptions({ queryKey: ["environments"], queryFn: () => client.environments(), staleTime: 60_000 });

export const factorsQuery = (client: Client) =>
  queryOptions({ queryKey: ["account", "factors"], queryFn: () => client.factors() });

export const passkeysQuery = (client: Client) =>
  queryOptions({ queryKey: ["account", "passkeys"], queryFn: () => client.passkeys() });

export const ownSessionsQuery = (client: Client) =>
  queryOptions({ queryKey: ["account", "sessions"], queryFn: () => client.ownSessions() });

export const policyQuery = (client: Client) =>
  queryOptions({ queryKey: ["policy"], queryFn: () => client.signInPolicy() });

export const connectionsQuery = (client: Client) =>
  queryOptions({ queryKey: ["sso"], queryFn: () => client.ssoConnections() });

/** How often a connection on trial is looked at, ms: it may have stepped back by itself. */
const TRIAL_POLL_MS = 20_000;

export const connectionQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ["sso", id],
    queryFn: (): Promise<SsoConnection> => client.ssoConnection(id),
    refetchInterval: ({ state }) => (state.data?.confirm_by == null ? false : TRIAL_POLL_MS),
  });

/** How often a test that waits is looked at, ms. */
const TEST_POLL_MS = 1500;

export const ssoTestQuery = (client: Client, id: string, handle: string) =>
  queryOptions({
    queryKey: ["sso", id, "tests", handle],
    queryFn: (): Promise<SsoTest> => client.ssoTest(id, handle),
    refetchInterval: ({ state }) =>
      state.data?.state === "waiting" || state.data === undefined ? TEST_POLL_MS : false,
    refetchIntervalInBackground: true,
  });

export const domainsQuery = (client: Client) =>
  queryOptions({ queryKey: ["domains"], queryFn: () => client.domains() });

export const serviceAccountsQuery = (client: Client) =>
  queryOptions({ queryKey: ["service-accounts"], queryFn: () => client.serviceAccounts() });

export const operatorTokensQuery = (client: Client) =>
  queryOptions({ queryKey: ["operator-tokens"], queryFn: () => client.operatorTokens() });

export const eventKeysQuery = (client: Client, environment: string) =>
  queryOptions({ queryKey: ["event-keys", environment], queryFn: () => client.eventKeys(environment) });

export const rotationQuery = (client: Client, environment: string) =>
  queryOptions({ queryKey: ["signing-keys", environment], queryFn: () => client.rotation(environment) });
