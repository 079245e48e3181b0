import { after, before } from "node:test";
import type { Run } from "@holdfast/client";
import type { EventId } from "@holdfast/protocol";
import type { ServerOptions } from "@holdfast/server";
import type { EventPayload, FunctionSpec } from "./function-spec.ts";
import { eventOf } from "./function-spec.ts";
import type { RawApp, RawFunction } from "./raw-app.ts";
import { startRawApp } from "./raw-app.ts";
import { clientOf, runOf } from "./run-of.ts";
import type { TestApp, TestAppOptions } from "./test-app.ts";
import { startTestApp } from "./test-app.ts";
import type { TestServer } from "./test-server.ts";
import { startTestServer } from "./test-server.ts";

/** A server, and apps that come and go on it. Ids of functions must differ between the tests that share it. */
export interface Stage {
  readonly server: TestServer;
  /** An app of the official SDK, version 4, under a name of its own. */
  app(functions: readonly FunctionSpec[], options?: Partial<TestAppOptions>): Promise<TestApp>;
  /** An app that answers by hand, under a name of its own, which its functions may have to know. */
  rawApp(functions: (appId: string) => readonly RawFunction[]): Promise<RawApp>;
  rawApp(functions: readonly RawFunction[]): Promise<RawApp>;
  /** Sends the event that starts the function; more fields of the event where they matter. */
  send(
    functionId: string,
    data?: Readonly<Record<string, unknown>>,
    fields?: Partial<EventPayload>,
  ): Promise<EventId>;
  /** The end of the one run of an event. */
  end(event: EventId): Promise<Run>;
  /** Sends the event that starts the function, and waits for the one run's end. */
  run(functionId: string, data?: Readonly<Record<string, unknown>>): Promise<Run>;
}

/** One server for all tests of the block in whose body this is called; it stands before the first of them. */
export function sharedStage(options: Partial<ServerOptions> = {}): Stage {
  let server: TestServer | null = null;
  before(async () => {
    server = await startTestServer(options);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
  });
  return stageOn(() => {
    if (server === null) throw new Error("The server of the block stands only while its tests run.");
    return server;
  });
}

/** A stage on a server that the caller starts and stops. */
export function stageOn(serverOf: () => TestServer): Stage {
  let appsCount = 0;
  const nextId = (): string => `app${(appsCount += 1)}`;
  const facts = (): string => serverOf().log.lines.slice(-30).join("\n");
  const stage: Stage = {
    get server() {
      return serverOf();
    },
    app: (functions, more = {}) =>
      startTestApp({ server: serverOf(), sdk: "v4", adapter: "node", id: nextId(), functions, ...more }),
    rawApp(functions: readonly RawFunction[] | ((appId: string) => readonly RawFunction[])) {
      const id = nextId();
      const written = typeof functions === "function" ? functions(id) : functions;
      return startRawApp({ server: serverOf(), id, functions: written });
    },
    async send(functionId, data = {}, fields = {}) {
      const { ids } = await clientOf(serverOf()).send({ name: eventOf(functionId), data, ...fields });
      const [id] = ids;
      if (id === undefined) throw new Error(`The event for "${functionId}" got no id.`);
      return id;
    },
    end: (event) => runOf(serverOf(), event, { facts }),
    run: async (functionId, data) => stage.end(await stage.send(functionId, data)),
  };
  return stage;
}
