import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createClient } from "@holdfast/client";
import { spawnHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { request } from "../http/request.ts";
import type { Canary } from "../kit/canaries.ts";
import { findCanaries } from "../kit/canaries.ts";
import { createEventKey, createSigningKey } from "../kit/test-keys.ts";

/** Something secret, by what it is called. */
interface Secret {
  readonly label: string;
  readonly text: string;
}

/** Some bytes that are looked at, and what they are called. */
interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where a secret is to be found, since it is that file's purpose. */
const PURPOSE = new Map([["keys/operator-token", "the operator token of the data folder"]]);

function placesIn(folder: string): readonly Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .map((path) => ({ name: path.slice(folder.length + 1), bytes: readFileSync(path) }));
}

/** In every encoding that text may be put into, and of hex the bytes that it stands for. */
function sightings(places: readonly Place[], secrets: readonly Secret[]): readonly string[] {
  const cores = secrets.map(({ label, text }) => ({ label, core: text.replace(/^signkey-\w+-/, "") }));
  const canaries: readonly Canary[] = cores.map(({ core, label }) => ({ label, text: core, marks: [core] }));
  return places.flatMap(({ bytes, name }) => {
    const seen = findCanaries(bytes, canaries).map(
      ({ canary, form }) => `${canary.label} in ${name} (${form})`,
    );
    const raw = cores.filter(
      ({ core }) => /^[0-9a-f]{64}$/.test(core) && bytes.includes(Buffer.from(core, "hex")),
    );
    return [...seen, ...raw.map(({ label }) => `${label} in ${name} (bytes)`)].filter((line) =>
      [...PURPOSE].every(([file, label]) => !line.startsWith(`${label} in ${file} `)),
    );
  });
}

describe("every secret of an installation", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-sweep-"));
  const data = join(folder, "data");
  const secrets: Secret[] = [];
  const places: Place[] = [];
  const secret = (label: string, text: string | undefined): string => {
    assert.ok(text !== undefined && text.length > 20, label);
    secrets.push({ label, text });
    return text;
  };
  const given = {
    HOLDFAST_SIGNING_KEY: secret("the configured signing key", createSigningKey()),
    HOLDFAST_EVENT_KEY: secret("the configured event key", createEventKey()),
    HOLDFAST_MASTER_KEY: secret("the master key", randomBytes(32).toString("base64")),
    // Nothing that the server was started among may be told to anybody.
    SOMEBODY_ELSES_PASSWORD: secret("a variable of the surroundings", randomBytes(24).toString("hex")),
  };
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the command, as an operator does; what it said is a place. */
  function serve() {
    const server = spawnHoldfast(["start", "--port", "0", "--data-dir", data, "--log-level", "debug"], {
      cwd: folder,
      env: given,
    });
    return { server, url: server.prints(/"url":"(http:[^"]+)"/).then(([, url = ""]) => url) };
  }

  async function use(url: string): Promise<void> {
    const operatorToken = secret(
      "the operator token of the data folder",
      readFileSync(join(data, "keys", "operator-token"), "utf8").trim(),
    );
    const client = createClient({ url, operatorToken });
    const eventKey = secret(
      "a made event key",
      (await client.createEventKey("production", { name: "shop" })).secret,
    );
    const next = secret("the next signing key", (await client.beginRotation("production")).secret);
    const token = secret(
      "a made operator token",
      (await client.createOperatorToken({ name: "Ana", role: "owner" })).secret,
    );
    const sink = { name: "siem", kind: "https", target: "https://127.0.0.1:9/audit" } as const;
    secret("what signs the batches of a sink", (await client.createAuditSink(sink)).secret);
    const other = await client.createEnvironment({ name: "staging", kind: "custom" });
    secret("the first signing key of an environment", other.signing_key ?? undefined);
    secret("the first event key of an environment", other.event_key ?? undefined);
    const place = { url, signingKey: null, eventKey: "" };
    const ask = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
      const answer = await request(place, method, path, {
        authorized: false,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      places.push({
        name: `the answer to ${method} ${path.split("/")[1]}`,
        bytes: Buffer.from(JSON.stringify([answer.headers, answer.text])),
      });
    };
    // Each where it belongs, and where it does not.
    for (const { text } of secrets)
      for (const [method, path, headers, body] of [
        ["GET", "/v1/events", { authorization: `Bearer ${text}` }, undefined],
        ["GET", "/v2/runs", { authorization: `Bearer ${text}x` }, undefined],
        ["POST", "/fn/register", { authorization: `Bearer ${text}` }, "{"],
        ["GET", "/holdfast/v1/admin/audit", { authorization: `Bearer ${text}` }, undefined],
        ["GET", "/holdfast/v1/admin/operator-tokens", { authorization: `Bearer ${token}` }, undefined],
        ["TRACE", "/", { "x-odd": text }, undefined],
        ["OPTIONS", "/%zz", { origin: "https://evil.example" }, undefined],
      ] as const)
        await ask(method, path, headers, body);
    assert.ok(eventKey !== next);
    for (const environment of [null, "production", "staging"]) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await client.exportAudit(environment)) chunks.push(chunk);
      places.push({
        name: `the export of ${environment ?? "the installation"}`,
        bytes: Buffer.concat(chunks),
      });
    }
    // Last, since an operator's token that was in a URL is one no more.
    for (const { text } of secrets)
      for (const body of ['{"name":"a"}', "["]) await ask("POST", `/e/${encodeURIComponent(text)}`, {}, body);
    const { status } = await request(place, "GET", "/holdfast/v1/admin/audit", {
      authorized: false,
      headers: { authorization: `Bearer ${operatorToken}` },
    });
    assert.equal(status, 401);
    assert.ok(eventKey !== next);
  }

  before(async () => {
    const first = serve();
    await use(await first.url);
    const cmdline = `/proc/${first.server.pid}/cmdline`;
    // Where the system tells of arguments at all.
    if (existsSync(cmdline)) places.push({ name: "the process's arguments", bytes: readFileSync(cmdline) });
    first.server.kill("SIGKILL");
    const { stderr, stdout } = await first.server.ended;
    places.push({ name: "the log", bytes: Buffer.from(stdout + stderr) });
    // As it lies there after a crash, its newest writes beside it.
    assert.ok(existsSync(join(data, "holdfast.db-wal")));
    cpSync(data, join(folder, "backup"), { recursive: true });
    const second = serve();
    await second.url;
    second.server.kill("SIGTERM");
    const ended = await second.server.ended;
    places.push({ name: "the log after a restart", bytes: Buffer.from(ended.stdout + ended.stderr) });
  });

  it("A-005 A-056 A-096 is found in no log, answer, header, export, argument, data file or backup, in whatever form", () => {
    assert.ok(secrets.length >= 11 && places.length > 50);
    const files = [join(folder, "backup"), data].flatMap(placesIn);
    assert.ok(files.some(({ name }) => name === "holdfast.db-wal"));
    assert.deepEqual(sightings([...places, ...files], secrets), []);
    assert.equal(statSync(join(data, "keys", "operator-token")).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(data, "keys")), ["operator-token"]);
  });

  it("is found by the same search in every kind of place, when it is put there", () => {
    writeFileSync(join(folder, "backup", "planted"), secrets.map(({ text }) => text).join("\n"));
    const planted = sightings(placesIn(join(folder, "backup")), secrets);
    // But for the one whose file it is, whose label stands for two places.
    for (const { label } of secrets)
      assert.ok(
        planted.some((line) => line.startsWith(`${label} in planted`)),
        label,
      );
    for (const { label, text } of secrets) {
      const core = text.replace(/^signkey-\w+-/, "");
      const forms = [
        Buffer.from(core, "utf16le"),
        Buffer.from(Buffer.from(`x${core}`).toString("base64")),
        Buffer.from(JSON.stringify({ core })),
      ];
      for (const bytes of [...forms, ...(/^[0-9a-f]{64}$/.test(core) ? [Buffer.from(core, "hex")] : [])])
        assert.notDeepEqual(sightings([{ name: "a place", bytes }], [{ label, text }]), [], label);
    }
  });
});
