import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import { isHoldfastError } from "@holdfast/protocol";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { sessionQuery } from "./queries.ts";
import type { StepUp } from "./step-up.ts";
import { createStepUp } from "./step-up.ts";
import type { Toasts } from "./toasts.ts";
import { createToasts } from "./toasts.ts";

/** What pages act with. */
export interface Services {
  readonly client: Client;
  readonly queries: QueryClient;
  readonly stepUp: StepUp;
  readonly toasts: Toasts;
}

/** @param url of the server that the pages came from */
export function createServices(url: string): Services {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        // A session that ended elsewhere shows in the next answer: then who is there is asked anew.
        const isSession = query.queryKey[0] === sessionQuery(client).queryKey[0];
        if (!isSession && isHoldfastError(error, "unauthenticated"))
          void queries.invalidateQueries({ queryKey: sessionQuery(client).queryKey });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays one; a connection that broke is tried again.
        retry: (count, error) => count < 2 && isHoldfastError(error, "server_unreachable"),
        retryDelay: 600,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  const client = createClient({
    url,
    page: { csrf: () => queries.getQueryData(sessionQuery(client).queryKey)?.csrf ?? null },
  });
  return { client, queries, stepUp: createStepUp(), toasts: createToasts() };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("The pages were drawn without their services.");
  return services;
}
