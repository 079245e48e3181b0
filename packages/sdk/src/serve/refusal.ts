import type { OutgoingAnswer } from "./contract.ts";

/**
 * What everybody gets who cannot show a key, whatever was wrong: the same bytes for every method, header and body. It
 * tells neither that an SDK is here nor which one.
 */
export const UNAUTHORIZED: OutgoingAnswer = Object.freeze({
  status: 401,
  headers: Object.freeze({ "content-type": "application/json" }),
  body: '{"message":"Unauthorized"}',
});

/** What an app in development mode answers to a request that does not come from this machine. */
export const FORBIDDEN: OutgoingAnswer = Object.freeze({
  status: 403,
  headers: Object.freeze({ "content-type": "application/json" }),
  body: '{"message":"Forbidden"}',
});
