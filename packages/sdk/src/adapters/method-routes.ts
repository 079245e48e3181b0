/** One function for each method that an app answers, for frameworks whose files export them by these names. */
export interface MethodRoutes<Event> {
  readonly GET: (event: Event) => Promise<Response>;
  readonly POST: (event: Event) => Promise<Response>;
  readonly PUT: (event: Event) => Promise<Response>;
}

/** The same function for each of them. */
export function methodRoutes<Event>(respond: (event: Event) => Promise<Response>): MethodRoutes<Event> {
  return { GET: respond, POST: respond, PUT: respond };
}
