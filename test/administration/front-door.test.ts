import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { certify, createAuthority } from "../../packages/server/src/egress/testing/certificates.ts";
import { request } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** What comes back for bytes that no HTTP client would send. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return answer;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe("the door", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ allowedHosts: ["holdfast.internal"] });
  });
  after(() => server[Symbol.asyncDispose]());

  const ask = (lines: readonly string[], target = "/health") =>
    raw(server.port, `GET ${target} HTTP/1.1\r\n${[...lines, "connection: close"].join("\r\n")}\r\n\r\n`);

  it("A-007 A-043 answers to its own names, and to no other one with 421", async () => {
    assert.equal(statusOf(await ask([`host: 127.0.0.1:${server.port}`])), 200);
    assert.equal(statusOf(await ask(["host: holdfast.internal"])), 200);
    for (const host of [
      "evil.example",
      "127.0.0.1.evil.example",
      "10.0.0.1",
      "holdfast.internal.evil.example",
    ]) {
      const answer = await ask([`host: ${host}`, "x-forwarded-host: holdfast.internal"]);
      assert.equal(statusOf(answer), 421, host);
      assert.match(answer, /"code":"host_refused"/);
      assert.ok(!answer.includes(host));
    }
  });

  it("A-007 refuses two hosts, none, and a request line with a whole address", async () => {
    assert.equal(statusOf(await ask(["host: localhost", "host: evil.example"])), 400);
    assert.equal(statusOf(await ask([])), 400);
    assert.equal(statusOf(await ask(["host: localhost"], "http://evil.example/health")), 400);
  });

  it("A-120 refuses heads that are too large or have too many lines, and too long a query", async () => {
    const many = Array.from({ length: 120 }, (_, index) => `x-${index}: 1`);
    assert.equal(statusOf(await ask(["host: localhost", ...many])), 431);
    assert.equal(statusOf(await ask(["host: localhost", `x: ${"a".repeat(20_000)}`])), 431);
    assert.equal(statusOf(await ask(["host: localhost"], `/health?${"a".repeat(9000)}`)), 414);
    assert.equal(statusOf(await ask(["host: localhost"], `/health?${"a&".repeat(120)}`)), 414);
    assert.equal(statusOf(await ask(["host: localhost"])), 200, "and goes on");
  });

  it("A-008 says the same of itself in every answer, and neither version nor maker", async () => {
    for (const answer of [
      await ask(["host: localhost"]),
      await ask(["host: evil.example"]),
      await ask(["host: localhost"], "/nothing"),
      await raw(server.port, "NONSENSE\r\n\r\n"),
    ]) {
      assert.match(answer, /x-content-type-options: nosniff/i);
      assert.match(answer, /cache-control: no-store/i);
      assert.doesNotMatch(answer, /^(?:server|x-powered-by):|fastify|node\.js|\d+\.\d+\.\d+-/im);
    }
  });

  it("A-145 what a stranger writes into a request is one escaped line of the log", async () => {
    const before = server.log.lines.length;
    const url = "http://127.0.0.1:9/api/inngest";
    const register = (appName: string, functions: unknown) =>
      request(server, "POST", "/fn/register", { body: JSON.stringify({ appName, url, functions }) });
    const name = "x\u001b[31m\r\n%s \u202e${jndi:x}";
    await register(name, name);
    await register(name, []);
    // What an app may be called is in the log as it came: nobody fills what looks like a placeholder.
    const strange = '%s %d %o %% ${jndi:x} "},"level":"error';
    assert.equal((await register(strange, [])).status, 200);
    const lines = server.log.lines.slice(before);
    assert.equal(lines.length, 3);
    for (const line of lines)
      assert.ok(
        Array.from(line).every((letter) => letter >= " " && letter !== "\u202e"),
        line,
      );
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      entries.map(({ app, level }) => [level, app]),
      [
        ["warn", undefined],
        ["warn", undefined],
        ["info", strange],
      ],
    );
  });
});

describe("the door over TLS", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tls-"));
  const authority = createAuthority("holdfast test");
  const paths = {
    certificate: join(folder, "cert.pem"),
    key: join(folder, "key.pem"),
    clientAuthority: join(folder, "ca.pem"),
  };
  const write = (certified = certify(authority, "127.0.0.1")) => {
    writeFileSync(paths.certificate, certified.cert);
    writeFileSync(paths.key, certified.key);
  };
  write();
  writeFileSync(paths.clientAuthority, authority.cert);
  after(() => rmSync(folder, { recursive: true }));

  const get = (server: TestServer, options: ConnectionOptions = {}) =>
    new Promise<{ status: number; hsts: string | undefined; serial: string }>((resolve, reject) => {
      const call = httpsRequest(
        `${server.url}/health`,
        { ca: authority.cert, agent: false, ...options },
        (answer) => {
          answer.resume();
          const { socket } = answer as unknown as {
            socket: { getPeerCertificate(): { serialNumber: string } };
          };
          const { serialNumber: serial } = socket.getPeerCertificate();
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              hsts: answer.headers["strict-transport-security"],
              serial,
            }),
          );
        },
      );
      call.on("error", reject);
      call.end();
    });

  it("serves https with HSTS, from TLS 1.2 on, and no plain http", async () => {
    const { certificate, key } = paths;
    await using server = await startTestServer({ tls: { certificate, key } });
    assert.match(server.url, /^https:/);
    const { hsts, status } = await get(server);
    assert.deepEqual([status, hsts], [200, "max-age=31536000"]);
    assert.equal((await get(server, { maxVersion: "TLSv1.2" })).status, 200);
    await assert.rejects(
      get(server, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    );
    await assert.rejects(get(server, { maxVersion: "TLSv1.2", ciphers: "AES128-SHA:ECDHE-RSA-AES128-SHA" }));
    assert.equal(await raw(server.port, "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"), "");
  });

  it("takes up a new certificate without a restart, and goes on with the old one when the new one is none", async () => {
    const { certificate, key } = paths;
    write();
    await using server = await startTestServer({ tls: { certificate, key } });
    const { serial: first } = await get(server);
    writeFileSync(paths.certificate, "not a certificate");
    await until(
      "the broken one was seen",
      () => server.log.lines.some((line) => line.includes("the old one goes on")),
      {
        timeoutMs: 20_000,
      },
    );
    assert.equal((await get(server)).serial, first);
    write();
    await until("the new one is shown", async () => (await get(server)).serial !== first, {
      timeoutMs: 20_000,
    });
  });

  it("lets in clients of the named authority alone, where one is named", async () => {
    await using server = await startTestServer({ tls: paths });
    const { cert, key } = certify(authority, "127.0.0.1");
    assert.equal((await get(server, { cert, key })).status, 200);
    await assert.rejects(get(server));
    const stranger = certify(createAuthority("somebody else"), "127.0.0.1");
    await assert.rejects(get(server, { cert: stranger.cert, key: stranger.key }));
  });

  it("does not start with a certificate that expired, or a key of another one", async () => {
    write(certify(authority, "127.0.0.1", Date.now() - 1000));
    const { certificate, key } = paths;
    await assert.rejects(startTestServer({ tls: { certificate, key } }), {
      code: "config_invalid",
      message: /expired/,
    });
    write();
    writeFileSync(paths.key, certify(authority, "127.0.0.1").key);
    await assert.rejects(startTestServer({ tls: { certificate, key } }), { code: "config_invalid" });
  });
});

describe("where the server's requests may go", { timeout: 60_000 }, () => {
  it("A-150 A-154 an app at a private or own address is not called, and the log names the rule", async () => {
    await using server = await startTestServer({ egress: { mode: "listed" } });
    const operator = operatorOf(server);
    for (const [url, rule] of [
      ["http://10.0.0.1:3000/api/inngest", "not_listed"],
      ["http://169.254.169.254/latest/meta-data", "metadata_service"],
      [`http://127.0.0.1:${server.port}/api/inngest`, "own_address"],
    ] as const) {
      const answer = await request(server, "PUT", "/holdfast/v1/apps/sync", {
        body: JSON.stringify({ url }),
      });
      assert.equal(answer.status, 422, url);
      assert.match(answer.text, /egress_refused/);
      assert.match(answer.text, new RegExp(rule));
    }
    const rows = await until("the log has them", async () => {
      const found = await operator.auditRows("production", { action: "egress.blocked" });
      return found.length >= 3 && found;
    });
    assert.deepEqual(rows.map(({ entry }) => String(entry.reason)).toSorted(), [
      "metadata_service",
      "not_listed",
      "own_address",
    ]);
    const policy = await operator.setEgressPolicy("production", {
      allow: ["10.0.0.0/8"],
      plain_http: ["10.0.0.1"],
    });
    assert.ok(policy.allow.includes("10.0.0.0/8"));
    await assert.rejects(operator.setEgressPolicy("production", { allow: ["not a host!"] }));
  });
});
