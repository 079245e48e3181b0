/** The event API's path, with its key. */
export const EVENT_ROUTE = "/e/:key";
