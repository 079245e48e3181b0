import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { createClient } from "./client.ts";

/** A client of a page, what it asked, and the answer it gets. */
function asking(csrf: string | null, answer: unknown = { data: {} }, status = 200) {
  const asked: Request[] = [];
  const client = createClient({
    url: "http://127.0.0.1:1",
    page: { csrf: () => csrf },
    fetch: async (input, init) => {
      asked.push(new Request(input, init));
      return Response.json(answer, { status });
    },
  });
  return { client, asked };
}

test("a page's client sends the session's csrf text and the cookies of its own origin, and no bearer token", async () => {
  const { asked, client } = asking("c5rf");
  await client.signOut();
  assert.equal(asked[0]?.headers.get("x-csrf"), "c5rf");
  assert.equal(asked[0]?.credentials, "same-origin");
  assert.equal(asked[0]?.headers.get("authorization"), null);
});

test("before there is a session, a page's client sends no csrf text", async () => {
  const { asked, client } = asking(null);
  await client.signInWay("ada@example.org");
  assert.equal(asked[0]?.headers.has("x-csrf"), false);
});

test("whatever a page's client changes goes out as JSON, even when it says nothing", async () => {
  const { asked, client } = asking("c5rf");
  await client.probeKeys("production");
  assert.equal(asked[0]?.headers.get("content-type"), "application/json");
  assert.equal(await asked[0]?.text(), "{}");
});

test("a refusal keeps the server's code, its sentence and what it says to do next", async () => {
  const refusal = { code: "last_owner", error: "Ada is the last owner.", next: "Make another.", status: 409 };
  const { client } = asking("c5rf", refusal, 409);
  await assert.rejects(client.deactivatePerson("p", "gone"), (error) => {
    assert.ok(isHoldfastError(error, "conflict"));
    const { code, error: sentence, next, status } = refusal;
    assert.deepEqual(error.details, { status, code, sentence, next });
    return true;
  });
});

for (const [what, act, expected] of [
  ["grants", (client) => client.setGrants("a/b", []), "POST /holdfast/v1/admin/people/a%2Fb/grants"],
  [
    "token",
    (client) => client.revokeServiceToken("s", "t"),
    "POST /holdfast/v1/admin/service-accounts/s/tokens/t/revoke",
  ],
  ["test", (client) => client.ssoTest("c", "h"), "GET /holdfast/v1/admin/sso/c/tests/h"],
  [
    "domain",
    (client) => client.verifyDomain("example.org"),
    "POST /holdfast/v1/admin/domains/example.org/verify",
  ],
  ["scim", (client) => client.rotateScim("c"), "POST /holdfast/v1/admin/sso/c/scim/rotate"],
  ["passkey", (client) => client.removePasskey("k"), "POST /holdfast/v1/identity/passkeys/k/remove"],
] as const satisfies readonly (readonly [
  string,
  (client: ReturnType<typeof createClient>) => Promise<unknown>,
  string,
])[]) {
  test(`${what}: asks ${expected}`, async () => {
    const { asked, client } = asking("c5rf");
    await act(client);
    const [request] = asked;
    assert.equal(`${request?.method} ${new URL(request?.url ?? "").pathname}`, expected);
  });
}
