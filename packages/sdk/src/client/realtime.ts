import type { ClientState } from "./contract.ts";
import { requestFault } from "./request-fault.ts";

/** What is published now, to whoever listens. Nothing of it is kept. */
export interface Realtime {
  /**
   * Publishes to one topic of a channel. `data` passes the client's stage.
   *
   * @throws HoldfastError `unauthenticated`, `server_unreachable`, `not_implemented`, `request_failed`.
   */
  publish(message: {
    readonly channel: string;
    readonly topic: string;
    readonly data: unknown;
  }): Promise<void>;
  /**
   * A token with which a browser may listen to these topics for a short while.
   *
   * @throws HoldfastError as above.
   */
  token(request: { readonly channel: string; readonly topics: readonly string[] }): Promise<string>;
}

/** Realtime by the server's API. */
export function createRealtime(state: ClientState): Realtime {
  return {
    async publish({ channel, topic, data }) {
      const { environment, app } = state;
      const sealed = await state.stage.seal(data, {
        kind: "realtime",
        environment,
        app,
        name: `${channel}/${topic}`,
      });
      const answer = await state.api.request({
        method: "POST",
        path: `/v1/realtime/publish?channel=${encodeURIComponent(channel)}&topic=${encodeURIComponent(topic)}`,
        body: JSON.stringify(sealed ?? null),
        // A repeat would be heard twice.
        isRepeatable: false,
      });
      if (answer.status < 200 || answer.status > 299)
        throw requestFault(`publish to ${channel}/${topic}`, answer);
    },
    async token({ channel, topics }) {
      const answer = await state.api.request({
        method: "POST",
        path: "/v1/realtime/token",
        body: JSON.stringify(topics.map((name) => ({ channel, name, kind: "run" }))),
        isRepeatable: true,
      });
      const { body } = answer;
      const jwt: unknown = typeof body === "object" && body !== null && "jwt" in body ? body.jwt : null;
      if (answer.status < 200 || answer.status > 299 || typeof jwt !== "string")
        throw requestFault(`get a token for ${channel}`, answer);
      return jwt;
    },
  };
}
