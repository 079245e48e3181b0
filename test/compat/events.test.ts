import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { EventId } from "@holdfast/protocol";
import { isUlid, seededUlid, parseEventIdSeed } from "@holdfast/protocol";
import { clientOf } from "../kit/run-of.ts";
import { assertCompleted } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import type { Story } from "./story.ts";
import { tellStories } from "./story.ts";

const STORIES: readonly Story[] = [
  {
    title: "one event starts every function that waits for it, each once",
    write: () => {
      const ran: string[] = [];
      const listener = (
        id: string,
      ): { id: string; triggers: { event: string }[]; handler: () => string } => ({
        id,
        triggers: [{ event: "shared/event" }],
        handler: () => {
          ran.push(id);
          return id;
        },
      });
      return {
        functions: [listener("listener-one"), listener("listener-two")],
        async tell({ app, runs, end }) {
          const { ids } = await app.send({ name: "shared/event", data: {} });
          const ended = await Promise.all((await runs(eventId(ids), 2)).map(end));
          assert.deepEqual(ended.map((run) => String(run.output)).toSorted(), [
            "listener-one",
            "listener-two",
          ]);
          assert.equal(new Set(ended.map((run) => run.run_id)).size, 2);
          assert.deepEqual(ran.toSorted(), ["listener-one", "listener-two"]);
        },
      };
    },
  },
  {
    title: "an event name with a wildcard trigger starts the function",
    write: () => ({
      functions: [{ id: "wildcard", triggers: [{ event: "store/*" }], handler: ({ event }) => event.name }],
      async tell({ app, endOfEvent }) {
        const { ids } = await app.send({ name: "store/item.sold", data: {} });
        assertCompleted(await endOfEvent(eventId(ids)), "store/item.sold");
      },
    }),
  },
  {
    title: "an event nobody waits for is kept and starts nothing",
    write: () => ({
      functions: [],
      async tell({ server, app }) {
        const { ids } = await app.send({ name: "nobody/waits", data: { kept: true } });
        const client = clientOf(server);
        const id = eventId(ids);
        assert.deepEqual((await client.event(id)).data, { kept: true });
        assert.deepEqual(await client.eventRuns(id), []);
      },
    }),
  },
  {
    title: "a second event with the same id starts no second run of any function",
    write: () => {
      const ran: string[] = [];
      return {
        functions: ["deduplicated-one", "deduplicated-two"].map((id) => ({
          id,
          triggers: [{ event: "deduplicated/event" }],
          handler: () => {
            ran.push(id);
            return id;
          },
        })),
        async tell({ app, server, runs, end }) {
          const event = { name: "deduplicated/event", id: `order-${app.port}`, data: {} };
          const [first, second] = [await app.send(event), await app.send(event)].map(({ ids }) =>
            eventId(ids),
          );
          assert.ok(first !== undefined && second !== undefined);
          assert.notEqual(first, second);
          const ended = await Promise.all((await runs(first, 2)).map(end));
          assert.deepEqual(ended.map((run) => String(run.output)).toSorted(), [
            "deduplicated-one",
            "deduplicated-two",
          ]);
          // A third one after the runs have ended changes nothing either.
          const third = eventId((await app.send(event)).ids);
          // Runs are on disk before an event is answered, so their absence is final.
          assert.deepEqual(await clientOf(server).eventRuns(second), []);
          assert.deepEqual(await clientOf(server).eventRuns(third), []);
          assert.deepEqual(ran.toSorted(), ["deduplicated-one", "deduplicated-two"]);
        },
      };
    },
  },
  {
    title: "a POST repeated with its x-inngest-event-id-seed gives the same ids and starts nothing again",
    write: () => {
      const ran: string[] = [];
      return {
        functions: [
          {
            id: "seeded",
            handler: ({ event }) => {
              ran.push(String(event.data["n"]));
              return event.id;
            },
          },
        ],
        async tell({ server, runs, end }) {
          const seed = `${Date.now()},${randomBytes(10).toString("base64")}`;
          const post = async (): Promise<readonly EventId[]> => {
            const answer = await fetch(`${server.url}/e/${server.eventKey}`, {
              method: "POST",
              headers: { "content-type": "application/json", "x-inngest-event-id-seed": seed },
              body: JSON.stringify([1, 2, 3].map((n) => ({ name: "seeded/go", data: { n } }))),
            });
            assert.equal(answer.status, 200);
            // The event API answers with the ids it gave.
            const body = (await answer.json()) as { ids: EventId[]; status: number };
            assert.equal(body.status, 200);
            return body.ids;
          };
          const [first, repeated] = [await post(), await post()];
          assert.deepEqual(repeated, first);
          const parsed = parseEventIdSeed(seed);
          assert.ok(parsed);
          assert.deepEqual(
            first,
            [1, 2, 3].map((index) => seededUlid(parsed, index)),
          );
          for (const id of first) {
            const [run] = await runs(id);
            assert.ok(run);
            assertCompleted(await end(run), id);
            assert.equal((await clientOf(server).eventRuns(id)).length, 1);
          }
          assert.deepEqual(ran.toSorted(), ["1", "2", "3"]);
        },
      };
    },
  },
  {
    title: "send() gives one id per event, in order, and each event starts its run",
    write: () => ({
      functions: [{ id: "sent", handler: ({ event }) => event.data["n"] }],
      async tell({ app, endOfEvent, server }) {
        const { ids } = await app.send([1, 2, 3, 4, 5].map((n) => ({ name: "sent/go", data: { n } })));
        assert.equal(ids.length, 5);
        assert.ok(ids.every((id) => isUlid(id)));
        const client = clientOf(server);
        for (const [index, id] of ids.entries()) {
          const stored = await client.event(id);
          assert.deepEqual(stored.data, { n: index + 1 });
          assertCompleted(await endOfEvent(id), index + 1);
        }
      },
    }),
  },
  {
    title: "step.sendEvent() sends once and gives the ids to the function",
    write: () => {
      const received: string[] = [];
      return {
        functions: [
          {
            id: "sender",
            options: { checkpointing: false },
            handler: async ({ step }) => {
              const { ids } = await step.sendEvent("tell them", [
                { name: "receiver/go", data: { n: 1 } },
                { name: "receiver/go", data: { n: 2 } },
              ]);
              await step.run("afterwards", () => "seen again from memory");
              return ids;
            },
          },
          {
            id: "receiver",
            handler: ({ event }) => {
              received.push(String(event.data["n"]));
              return event.data["n"];
            },
          },
        ],
        async tell({ run, endOfEvent }) {
          const ended = await run("sender");
          assert.equal(ended.status, "Completed");
          // The function returns what `sendEvent` gave it.
          const ids = ended.output as readonly EventId[];
          assert.equal(ids.length, 2);
          assertCompleted(await endOfEvent(eventId(ids)), 1);
          assertCompleted(await endOfEvent(eventId(ids.slice(1))), 2);
          assert.deepEqual(received.toSorted(), ["1", "2"]);
        },
      };
    },
  },
  {
    title: "many events at once each start one run",
    write: () => {
      const ran = new Map<unknown, number>();
      return {
        functions: [
          {
            id: "crowd",
            handler: async ({ event, step }) =>
              step.run("count", () => {
                ran.set(event.data["n"], (ran.get(event.data["n"]) ?? 0) + 1);
                return event.data["n"];
              }),
          },
        ],
        async tell({ app, endOfEvent }) {
          const numbers = Array.from({ length: 100 }, (_, index) => index);
          const { ids } = await app.send(numbers.map((n) => ({ name: "crowd/go", data: { n } })));
          const ended = await Promise.all(ids.map((id) => endOfEvent(id)));
          assert.deepEqual(
            ended.map((run) => run.output),
            numbers,
          );
          assert.equal(ran.size, 100);
          assert.ok([...ran.values()].every((count) => count === 1));
        },
      };
    },
  },
];

/** The first of the ids that sending gave back. */
function eventId(ids: readonly EventId[]): EventId {
  const [id] = ids;
  assert.ok(id !== undefined, "the server gave an id");
  return id;
}

tellStories("events", CELLS, STORIES);
