import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { certify, createAuthority } from "../../packages/server/src/egress/testing/certificates.ts";
import { assertNoSecrets } from "../kit/assert-no-secrets.ts";
import type { ReceivedMail } from "../kit/mail-server.ts";
import { startMailServer } from "../kit/mail-server.ts";
import { operatorOf } from "../kit/operator.ts";
import { openPage, PASSWORD, signUpOwner, tokenOf } from "../kit/page.ts";
import { startTestServer } from "../kit/test-server.ts";

const LOGIN = { user: "holdfast@example.com", password: "p@ss:w0rd of the mail server" };
const FROM = "holdfast@example.com";

describe("links by mail", { timeout: 120_000 }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-mail-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A file that names a mail server. */
  function named(port: number, login: typeof LOGIN | null = null): string {
    const path = join(folder, `smtp-${port}`);
    const user =
      login === null ? "" : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`;
    writeFileSync(path, `smtp://${user}127.0.0.1:${port}\n`);
    return path;
  }
  /** The link in a message; lines that are too long for a mail are put together again. */
  const linkIn = ({ source }: ReceivedMail): string =>
    /https?:\/\/\S+#\S+/.exec(source.replaceAll("=\r\n", "").replaceAll("=3D", "="))?.[0] ?? "none:";

  it("an invitation goes to its address alone, is plain text, lets its owner in, and is in the log as mailed", async () => {
    await using receiver = await startMailServer({ login: LOGIN });
    await using server = await startTestServer({
      mail: { urlFile: named(receiver.port, LOGIN), from: FROM },
    });
    const owner = await signUpOwner(server);
    const data = await owner.admin<Record<string, unknown>>("POST", "/invitations", {
      email: "Bo@example.com",
      role: "viewer",
      mail: true,
    });
    assert.deepEqual(Object.keys(data).toSorted(), ["expires_at", "id", "sent_to"]);
    assert.equal(data["sent_to"], "bo@example.com");
    assert.equal(receiver.received.length, 1);
    const [message] = receiver.received;
    assert.ok(message !== undefined);
    assert.deepEqual([message.from, message.to], [FROM, ["bo@example.com"]]);
    assert.match(message.source, /^Content-Type: text\/plain/m);
    assert.doesNotMatch(message.source, /<html|multipart/i);
    const token = tokenOf(linkIn(message));
    assert.ok(!JSON.stringify(data).includes(token));
    const bo = openPage(server);
    await bo.act("/invitations/accept", { token, name: "Bo", password: PASSWORD });
    assert.equal((await bo.session()).person?.email, "bo@example.com");
    const [row] = await operatorOf(server).auditRows(null, { action: "invitation.created" });
    assert.deepEqual(row?.entry.changes["by_mail"], { from: null, to: true });

    const people = await operatorOf(server).people();
    const id = people.find(({ email }) => email === "bo@example.com")?.id ?? "";
    const sent = await operatorOf(server).mailReset(id);
    assert.deepEqual([sent.sent_to, receiver.received.length], ["bo@example.com", 2]);
    const reset = tokenOf(linkIn(receiver.received[1] ?? message));
    await openPage(server).act("/resets/accept", { token: reset, password: "another purple bicycle" });
    assert.equal((await bo.session()).state, "signed_out");
    assertNoSecrets(server.log.lines, [LOGIN.password, token, reset]);
  });

  it("a mail server that does not take it, or does not answer, leaves no invitation behind, and is not quoted", async () => {
    const gone = await startMailServer();
    await gone[Symbol.asyncDispose]();
    await using refusing = await startMailServer({ refuses: true });
    await using strict = await startMailServer({ login: LOGIN });
    const wrong = { ...LOGIN, password: "another password" };
    for (const urlFile of [named(gone.port), named(refusing.port), named(strict.port, wrong)]) {
      await using server = await startTestServer({ mail: { urlFile, from: FROM } });
      const owner = await signUpOwner(server);
      const error = await operatorOf(server)
        .mailInvitation({ email: "bo@example.com", role: "viewer" })
        .catch((cause: unknown) => cause as { readonly code: string; readonly message: string });
      assert.ok("message" in error);
      assert.match(error.message, /did not take the message: E[A-Z]+/);
      assert.doesNotMatch(error.message, /nobody here|535 no/);
      assert.deepEqual(await owner.admin("GET", "/invitations"), []);
      assert.ok(server.log.lines.some((line) => line.includes("a mail could not be sent")));
      assertNoSecrets(server.log.lines, [wrong.password]);
    }
  });

  it("to a server on another machine neither a login nor a message goes in clear", async () => {
    // An address of this machine that is not its own loopback: that of another one, as far as the rule knows.
    const elsewhere =
      Object.values(networkInterfaces())
        .flat()
        .find((each) => each?.family === "IPv4" && !each.internal)?.address ?? "127.0.0.2";
    await using receiver = await startMailServer({ login: LOGIN, isEverywhere: true });
    const urlFile = join(folder, "elsewhere");
    const login = `${encodeURIComponent(LOGIN.user)}:${encodeURIComponent(LOGIN.password)}`;
    writeFileSync(urlFile, `smtp://${login}@${elsewhere}:${receiver.port}`);
    await using server = await startTestServer({ mail: { urlFile, from: FROM } });
    await signUpOwner(server);
    const sent = operatorOf(server).mailInvitation({ email: "bo@example.com", role: "viewer" });
    await assert.rejects(sent, /did not take the message: ETLS/);
    assert.deepEqual([receiver.received, receiver.logins()], [[], 0]);
  });

  it("a mail server whose certificate nobody vouches for gets neither a login nor a message", async () => {
    const { cert, key } = certify(createAuthority("nobody we know"), "localhost");
    await using receiver = await startMailServer({ login: LOGIN, secure: { cert, key } });
    const urlFile = join(folder, "unvouched");
    const login = `${encodeURIComponent(LOGIN.user)}:${encodeURIComponent(LOGIN.password)}`;
    writeFileSync(urlFile, `smtps://${login}@127.0.0.1:${receiver.port}`);
    await using server = await startTestServer({ mail: { urlFile, from: FROM } });
    await signUpOwner(server);
    const sent = operatorOf(server).mailInvitation({ email: "bo@example.com", role: "viewer" });
    await assert.rejects(sent, /did not take the message/);
    assert.deepEqual([receiver.received, receiver.logins()], [[], 0]);
  });

  it("a server without mail says so before it makes anything", async () => {
    await using server = await startTestServer();
    const owner = await signUpOwner(server);
    await assert.rejects(
      owner.admin("POST", "/invitations", { email: "bo@example.com", role: "viewer", mail: true }),
      /sends no mail/,
    );
    const [person] = await operatorOf(server).people();
    await assert.rejects(operatorOf(server).mailReset(person?.id ?? ""), /sends no mail/);
    assert.deepEqual(await owner.admin("GET", "/invitations"), []);
    assert.equal(((await owner.session()) as { mail?: boolean }).mail, false);
  });
});
