import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ulidTime } from "@holdfast/protocol";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";

/**
 * An app on the official SDK that watches the server while it works: it notes which steps a call says are remembered,
 * and complains when one of those is ever run again.
 */
export interface WitnessApp {
  readonly url: string;
  /** What must never happen, in words. */
  readonly violations: readonly string[];
  /** How often user code of a step ran. */
  executions(): number;
  close(): Promise<void>;
}

export const EVENT = "crash/started";

/** Result every step must have, so that a result which ends up in the wrong place is seen. */
export const resultOf = (runId: string, step: string): string => `${step} of ${runId}`;

/** Steps of each function, by slug. */
export const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  "witness-checkpointed": ["a", "b", "c"],
  "witness-stepwise": ["a", "p1", "p2", "p3", "z"],
  "witness-napping": ["before", "nap", "after"],
  "witness-flaky": ["a", "flaky", "z"],
};

export async function startWitnessApp(keys: {
  readonly signingKey: string;
  readonly eventKey: string;
  readonly serverUrl: string;
}): Promise<WitnessApp> {
  /** By run, the steps that calls said are remembered, and when the first of those calls was written. */
  const remembered = new Map<string, Map<string, number>>();
  const violations: string[] = [];
  let executions = 0;

  const client = new Inngest({
    id: "witness",
    isDev: false,
    signingKey: keys.signingKey,
    eventKey: keys.eventKey,
    baseUrl: keys.serverUrl,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });

  const body = (runId: string, step: string) => (): string => {
    executions += 1;
    if (remembered.get(runId)?.has(hashOf(step)) === true) {
      violations.push(`step "${step}" of run ${runId} was run again after its result had been stored`);
    }
    return resultOf(runId, step);
  };

  const checkpointed = client.createFunction(
    { id: "checkpointed", triggers: [{ event: EVENT }], retries: 20 },
    async ({ step, runId }) => {
      const results: string[] = [];
      for (const name of ["a", "b", "c"]) results.push(await step.run(name, body(runId, name)));
      return results;
    },
  );
  const stepwise = client.createFunction(
    { id: "stepwise", triggers: [{ event: EVENT }], retries: 20, checkpointing: false },
    async ({ step, runId }) => {
      const first = await step.run("a", body(runId, "a"));
      const middle = await Promise.all(["p1", "p2", "p3"].map((name) => step.run(name, body(runId, name))));
      return [first, ...middle, await step.run("z", body(runId, "z"))];
    },
  );
  const napping = client.createFunction(
    { id: "napping", triggers: [{ event: EVENT }], retries: 20 },
    async ({ step, runId }) => {
      const before = await step.run("before", body(runId, "before"));
      await step.sleep("nap", "100ms");
      return [before, await step.run("after", body(runId, "after"))];
    },
  );
  const flaky = client.createFunction(
    { id: "flaky", triggers: [{ event: EVENT }], retries: 20, checkpointing: false },
    async ({ step, runId, attempt }) => {
      const first = await step.run("a", body(runId, "a"));
      const second = await step.run("flaky", () => {
        if (attempt === 0) throw new Error("not yet");
        return body(runId, "flaky")();
      });
      return [first, second, await step.run("z", body(runId, "z"))];
    },
  );

  const handler = serve({ client, functions: [checkpointed, stepwise, napping, flaky] });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      if (request.method === "POST") note(text);
      void answer(request.method ?? "GET", request.url ?? "/", request.headers, text).then(
        async (answered) => {
          response.writeHead(answered.status, Object.fromEntries(answered.headers));
          response.end(await answered.text());
        },
        () => response.destroy(),
      );
    });
    // The server is killed over and over: connections break.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /**
   * Calls of one run that are under way at once may overtake each other on their connections. Which of two was written first
   * the time in their ids tells: the later one must know what the earlier one knew.
   */
  function note(text: string): void {
    const { ctx } = JSON.parse(text) as {
      ctx?: { run_id: string; request_id: string; stack: { stack: string[] } };
    };
    if (ctx === undefined) return;
    const writtenAt = ulidTime(ctx.request_id);
    const known = remembered.get(ctx.run_id) ?? new Map<string, number>();
    remembered.set(ctx.run_id, known);
    for (const [id, since] of known) {
      if (since < writtenAt && !ctx.stack.stack.includes(id)) {
        violations.push(`run ${ctx.run_id} forgot the step ${id}`);
      }
    }
    for (const id of ctx.stack.stack) {
      const since = known.get(id);
      if (since === undefined || writtenAt < since) known.set(id, writtenAt);
    }
  }

  function answer(
    method: string,
    path: string,
    headers: NodeJS.Dict<string | string[]>,
    text: string,
  ): Promise<Response> {
    const fields = new Headers();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined && name !== "connection")
        fields.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    return Promise.resolve(
      handler(
        new Request(`${origin}${path}`, {
          method,
          headers: fields,
          ...(method === "GET" ? {} : { body: text }),
        }),
      ),
    );
  }

  return {
    url: `${origin}/api/inngest`,
    violations,
    executions: () => executions,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Step ids on the wire are the SHA-1 of what the user wrote. */
export function hashOf(step: string): string {
  return createHash("sha1").update(step).digest("hex");
}
