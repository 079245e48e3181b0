import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Canary } from "../kit/canaries.ts";
import { assertNothingLeaks } from "../kit/leaks.ts";
import { invite, openPage, PASSWORD, tokenOf } from "../kit/page.ts";
import { stageSaml } from "../kit/saml-stage.ts";
import { startTestServer } from "../kit/test-server.ts";

test("A-019 A-056 what opens accounts is in no file of the data, and in no log", async () => {
  await using server = await startTestServer();
  const setUp = tokenOf(await server.setUpLink());
  const owner = openPage(server);
  const { recovery_codes: first } = await owner.act<{ recovery_codes: string[] }>("/set-up", {
    token: setUp,
    name: "Ana",
    email: "ana@example.com",
    password: PASSWORD,
  });
  await owner.session();
  const { secret: totp } = await owner.act<{ secret: string }>("/totp");
  const { recovery_codes: codes } = await owner.act<{ recovery_codes: string[] }>("/recovery-codes");
  await stageSaml(server, owner);
  const { link: invitation } = await owner.admin<{ link: string }>("POST", "/invitations", {
    email: "late@example.com",
    role: "viewer",
  });
  await invite(server, owner, "bo@example.com", { role: "viewer" });
  const people = await owner.admin<{ id: string; email: string }[]>("GET", "/people");
  const bo = people.find(({ email }) => email === "bo@example.com")?.id ?? "";
  const { link: reset } = await owner.admin<{ link: string }>("POST", `/people/${bo}/reset`);
  const { id: account } = await owner.admin<{ id: string }>("POST", "/service-accounts", {
    name: "ci",
    role: "viewer",
  });
  const { secret: service } = await owner.admin<{ secret: string }>(
    "POST",
    `/service-accounts/${account}/tokens`,
    {},
  );
  const clientSecret = "a client secret that stands nowhere";
  const { id: oidc } = await owner.admin<{ id: string }>("POST", "/sso", {
    kind: "oidc",
    name: "OIDC",
    issuer: "https://idp.example",
    client_id: "holdfast",
    client_secret: clientSecret,
  });
  const { token: scim } = await owner.admin<{ token: string }>("POST", `/sso/${oidc}/scim`);
  const { codes: emergency } = await owner.admin<{ codes: string[] }>("POST", "/sso/break-glass-codes");
  const session = owner.cookies.get("holdfast-session") ?? "";
  const csrf = (await owner.session()).csrf ?? "";

  const secrets: readonly (readonly [name: string, text: string])[] = [
    ["password", PASSWORD],
    ["session", session],
    ["csrf token", csrf],
    ["set-up link", setUp],
    ["invitation", tokenOf(invitation)],
    ["reset link", tokenOf(reset)],
    ["authenticator's secret", totp],
    ["service token", service],
    ["directory token", scim],
    ["client secret", clientSecret],
    ["private key", "BEGIN PRIVATE KEY"],
    ...[...first, ...codes, ...emergency].map((code) => ["code", code] as const),
  ];
  for (const [name, text] of secrets) assert.ok(text.length > 10, name);
  await server.stop();
  const canaries: readonly Canary[] = secrets.map(([label, text]) => ({ label, text, marks: [text] }));
  assertNothingLeaks({
    taps: [],
    directories: [server.dataDir],
    logs: [{ name: "the server", lines: server.log.lines }],
    canaries,
  });
  assert.match(
    await readFile(join(server.dataDir, "installation/holdfast.db"), "latin1"),
    /\$argon2id\$/,
    "it looked where hashes are",
  );
});
