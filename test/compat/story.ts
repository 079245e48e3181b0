import { after, before, describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { EventId } from "@holdfast/protocol";
import type { EventPayload, FunctionSpec, Sdk } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";
import { clientOf, endOf, runOf, runsOf } from "../kit/run-of.ts";
import type { TestApp, TestAppOptions } from "../kit/test-app.ts";
import { sdkOf, startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { Cell } from "./cells.ts";

/** What a story is told with, once server and app stand. */
export interface Scene {
  readonly cell: Cell;
  readonly server: TestServer;
  readonly app: TestApp;
  /** Sends the event that starts the function; more fields of the event where they matter. */
  readonly send: (
    functionId: string,
    data?: Readonly<Record<string, unknown>>,
    fields?: Partial<EventPayload>,
  ) => Promise<EventId>;
  /** Sends the event that starts the function, and waits for the one run's end. */
  readonly run: (functionId: string, data?: Readonly<Record<string, unknown>>) => Promise<Run>;
  /** Runs of an event, once there are so many. */
  readonly runs: (event: EventId, count?: number) => Promise<readonly Run[]>;
  /** The end of a run that goes on. */
  readonly end: (run: Run) => Promise<Run>;
  /** The end of the one run of an event. */
  readonly endOfEvent: (event: EventId) => Promise<Run>;
}

/** A story, written once and told in every cell: functions of the app, and what must come of them. */
export interface Story {
  readonly title: string;
  /** Cells whose SDK knows what the story is about; all when absent. */
  readonly only?: (cell: Cell) => boolean;
  /** Writes the story down anew for each cell, so that what its functions note stays with their cell. */
  readonly write: (
    sdk: Sdk,
    cell: Cell,
  ) => {
    readonly functions: readonly FunctionSpec[];
    readonly tell: (scene: Scene) => Promise<void>;
  };
}

/**
 * Tells the stories in every cell: one server and one app per cell have the functions of all its stories, and the
 * stories run side by side, as the work of an app does. Function ids must differ between stories.
 */
export function tellStories(
  subject: string,
  cells: readonly Cell[],
  stories: readonly Story[],
  options: Partial<Pick<TestAppOptions, "streaming" | "clientOptions">> = {},
): void {
  for (const cell of cells) {
    describe(`${subject}: ${cell.name}`, { concurrency: true, timeout: 120_000 }, () => {
      const sdk = sdkOf(cell.sdk);
      const told = stories
        .filter((story) => story.only?.(cell) ?? true)
        .map((story) => ({ title: story.title, ...story.write(sdk, cell) }));
      let server: TestServer;
      let app: TestApp;
      before(async () => {
        server = await startTestServer();
        const functions = told.flatMap((story) => story.functions);
        app = await startTestApp({ server, ...cell, functions, ...options });
      });
      after(async () => {
        await app[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      });
      for (const { title, tell } of told) it(title, () => tell(createScene(cell, server, app)));
    });
  }
}

export function createScene(cell: Cell, server: TestServer, app: TestApp): Scene {
  const client = clientOf(server);
  const send: Scene["send"] = async (functionId, data = {}, fields = {}) => {
    const { ids } = await client.send({ name: eventOf(functionId), data, ...fields });
    const [id] = ids;
    if (id === undefined) throw new Error(`The event for "${functionId}" got no id.`);
    return id;
  };
  // Told when a wait was in vain: whoever failed most likely said so.
  const facts = (): string => [...app.log.lines, ...server.log.lines].slice(-30).join("\n");
  return {
    cell,
    server,
    app,
    send,
    run: async (functionId, data) => runOf(server, await send(functionId, data), { facts }),
    runs: (event, count) => runsOf(server, event, count),
    end: (run) => endOf(server, run.run_id, { facts }),
    endOfEvent: (event) => runOf(server, event, { facts }),
  };
}
