import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { operatorOf } from "../kit/operator.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { eventOf } from "../kit/function-spec.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("events and runs from a terminal, with a token and no key", { timeout: 120_000 }, () => {
  let server: TestServer;
  let app: TestApp;
  before(async () => {
    server = await startTestServer();
    app = await startTestApp({
      server,
      sdk: "v4",
      adapter: "node",
      id: "shop",
      functions: [{ id: "greets", handler: () => "hello Ana" }],
    });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function tokenOf(grant: { readonly role: "owner" | "viewer"; readonly payloads?: boolean }) {
    return (await operatorOf(server).createOperatorToken({ name: "t", ...grant })).secret ?? "";
  }
  const holdfast = (token: string, ...args: readonly string[]) =>
    runHoldfast([...args], {
      cwd: server.dataDir,
      env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: token },
    });

  it("sends, lists and shows in the environment that is named, with payloads when they may be seen and are asked for", async () => {
    const owner = await tokenOf({ role: "owner", payloads: true });
    const sent = await holdfast(owner, "send", eventOf("greets"), "--json");
    assert.equal(sent.code, 0, sent.stderr);
    const { data } = JSON.parse(sent.stdout) as {
      data: { events: readonly { id: Parameters<typeof runOf>[1] }[] };
    };
    const [event] = data.events;
    assert.ok(event !== undefined);
    const { run_id: run } = await runOf(server, event.id);
    const listed = await holdfast(owner, "runs", "list");
    assert.match(listed.stdout, new RegExp(`${run} {2}greets {2}completed`));
    const masked = await holdfast(owner, "runs", "get", run);
    assert.doesNotMatch(masked.stdout, /hello Ana/);
    assert.match(masked.stdout, /Output {3}\{"masked":"string","bytes":11\}/);
    const shown = await holdfast(owner, "runs", "get", run, "--reveal");
    assert.match(shown.stdout, /hello Ana/);
  });

  it("a viewer is told what it would take, and is in another environment nobody", async () => {
    const viewer = await tokenOf({ role: "viewer" });
    const refused = await holdfast(viewer, "send", "any");
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /events\.send/);
    const elsewhere = await holdfast(viewer, "runs", "list", "--env", "nowhere");
    assert.match(elsewhere.stderr, /no environment "nowhere"/);
  });

  it("a token that is named goes before a key that is found", async () => {
    const file = join(server.dataDir, "viewer.token");
    writeFileSync(file, await tokenOf({ role: "viewer" }), { mode: 0o600 });
    const [id] = (await clientOf(server).send({ name: "any" })).ids;
    assert.ok(id !== undefined);
    const args = ["cancellations", "list", "--operator-token-file", file] as const;
    const env = { HOLDFAST_URL: server.url, HOLDFAST_SIGNING_KEY: server.signingKey ?? "" };
    assert.equal((await runHoldfast([...args], { cwd: server.dataDir, env })).code, 0);
    const act = await runHoldfast(
      ["runs", "cancel", "01J00000000000000000000000", "--operator-token-file", file],
      { cwd: server.dataDir, env },
    );
    assert.match(act.stderr, /runs\.act/);
  });
});
