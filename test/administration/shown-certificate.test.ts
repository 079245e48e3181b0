import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { certify, createAuthority } from "../../packages/server/src/egress/testing/certificates.ts";
import { eventOf } from "../kit/function-spec.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const authority = createAuthority("holdfast test");

/** An app that talks to nobody without a certificate of the authority. */
async function startDemandingApp() {
  const serials: string[] = [];
  const server = createServer(
    { ...certify(authority, "127.0.0.1"), ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      request.resume();
      // Requests come over TLS alone.
      serials.push((request.socket as TLSSocket).getPeerCertificate().serialNumber);
      // The next request opens a connection of its own.
      response.writeHead(200, { "x-inngest-sdk": "raw:v0.0.1", connection: "close" });
      response.end('"done"');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/api/inngest`,
    serials,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("apps that ask for a certificate", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-shown-"));
  const egressCertificate = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const write = () => {
    const { cert, key } = certify(authority, "127.0.0.1");
    writeFileSync(egressCertificate.certificate, cert);
    writeFileSync(egressCertificate.key, key);
  };
  after(() => rmSync(folder, { recursive: true }));

  async function run(server: TestServer, url: string): Promise<string> {
    const members = {
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=shop-a&stepId=step` },
          retries: { attempts: 0 },
        },
      },
    };
    assert.equal((await postRegistration(server, registrationOf("shop", url, ["a"], members))).status, 200);
    const [id] = (await clientOf(server).send({ name: eventOf("a"), data: {} })).ids;
    assert.ok(id !== undefined);
    return (await runOf(server, id)).status;
  }

  it("are called with the server's own, and as the files have it now; without one they hear nothing", async () => {
    await using app = await startDemandingApp();
    await using bare = await startTestServer({ egressAuthorities: [authority.cert] });
    assert.equal(await run(bare, app.url), "Failed");
    assert.deepEqual(app.serials, []);

    write();
    await using server = await startTestServer({ egressAuthorities: [authority.cert], egressCertificate });
    assert.equal(await run(server, app.url), "Completed");
    const [first] = app.serials;
    assert.ok(first !== undefined && first !== "");
    write();
    await until(
      "the renewed certificate is shown",
      async () => {
        assert.equal(await run(server, app.url), "Completed");
        return app.serials.at(-1) !== first;
      },
      { timeoutMs: 20_000 },
    );
    writeFileSync(egressCertificate.key, "no key");
    await until(
      "the broken pair was seen, and the old one goes on",
      async () => {
        assert.equal(await run(server, app.url), "Completed");
        return server.log.lines.some((line) => line.includes("a new certificate cannot be shown to apps"));
      },
      { timeoutMs: 20_000 },
    );
    assert.equal(await run(server, app.url), "Completed");
  });

  it("a server with a certificate that is none does not start", async () => {
    write();
    writeFileSync(egressCertificate.certificate, "none");
    await assert.rejects(startTestServer({ egressCertificate }), { code: "config_invalid" });
  });
});
