import { randomBytes } from "node:crypto";
import type { RunId } from "@holdfast/protocol";
import { formatUlid } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import type { ServerPlace } from "./test-server.ts";

/** SHA-1 of `complete`: the id of the end of the whole function. */
export const COMPLETE = "0737c22d3bfae812339732d14d8c7dbd6dc4e09c";

export function newRunId(): RunId {
  return formatUlid(Date.now(), randomBytes(10)) as RunId;
}

/** What an app posts when it has begun to answer `GET https://shop.example/pay?x=1`, with changes. */
export function beginning(
  runId: string,
  changes: Readonly<Record<string, unknown>> = {},
  data: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    run_id: runId,
    event: {
      name: "inngest/http.request",
      data: {
        domain: "https://shop.example",
        method: "GET",
        path: "/pay",
        fn: "",
        ip: "",
        content_type: "",
        query_params: "x=1",
        body: "",
        ...data,
      },
    },
    ts: 1,
    request_version: 2,
    retries: 2,
    ...changes,
  };
}

/** Posts as an app does that answers a request by itself. */
export function report(
  server: ServerPlace,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return request(server, "POST", path, { body: JSON.stringify(body), headers });
}

/** A step that ran, as an op. */
export function stepRun(id: string, data: unknown): Readonly<Record<string, unknown>> {
  return { op: "StepRun", id, displayName: id, data };
}

/** What the server says of a run that was begun. */
export interface Begun {
  readonly fn_id: string;
  readonly app_id: string;
  readonly run_id: string;
  readonly token: string;
  readonly realtime_token: string;
}

/** What an answer to a beginning says. A field that is missing shows in the assertion on it. */
export function begunOf(answer: Answer): Begun {
  return (answer.json as { data: Begun }).data;
}
