import assert from "node:assert/strict";
import { test } from "node:test";
import { createIds, nodeDigest, silentLog, systemRandom } from "#kernel";
import { FROM, testInstallation } from "../../identity/testing/installation.ts";
import { callerOf } from "../callers/caller.ts";
import { createIdentityApi } from "./identity-api.ts";
import { csrfTokenOf } from "./page-rules.ts";

const MINUTE = 60_000;
const ORIGIN = "https://holdfast.example";

test("an act on one's own account is refused when one proved who one is more than ten minutes ago", async () => {
  const { clock, identity, owner } = await testInstallation({ secondFactorRoles: [] });
  const api = createIdentityApi({
    mode: "production",
    identity,
    audit: {
      name: "installation",
      draft: () => Promise.reject(new Error("nothing is drafted")) as never,
      note() {},
    },
    publicUrl: () => ORIGIN,
    instance: "holdfast.example",
    hasMail: false,
    machineClock: clock,
    ids: createIds(clock, systemRandom),
    log: silentLog,
  });
  await api.ready();
  const { secret } = await owner();
  const ask = async (path: string) => {
    const answer = await api.inject({
      method: "POST",
      url: `/holdfast/v1/identity${path}`,
      headers: {
        cookie: `__Host-holdfast-session=${secret}`,
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
        origin: ORIGIN,
        host: "holdfast.example",
        "x-csrf": csrfTokenOf(secret, nodeDigest),
      },
      payload: "{}",
    });
    return [answer.statusCode, answer.json<{ readonly code?: string }>().code ?? null];
  };
  assert.deepEqual(await ask("/recovery-codes"), [200, null]);
  await clock.advance(10 * MINUTE);
  for (const path of [
    "/recovery-codes",
    "/totp",
    "/totp/confirm",
    "/totp/remove",
    "/passkeys/options",
    "/passkeys",
    "/passkeys/x/remove",
  ])
    assert.deepEqual(await ask(path), [403, "reauthentication_required"], path);
  assert.deepEqual(
    await ask("/sessions/revoke-others"),
    [200, null],
    "ending sessions asks for nothing more",
  );
  await identity.sessions.renew(secret, "password", false, FROM);
  await api.close();
});

test("an operators' act is refused by a session that is not fresh, and reading is not", async () => {
  const { clock, identity, owner } = await testInstallation({ secondFactorRoles: [] });
  const { secret } = await owner();
  const asked = (audit: string | null, method: string) =>
    callerOf(
      {
        method,
        ip: "203.0.113.7",
        id: "req-1",
        headers: {
          cookie: `__Host-holdfast-session=${secret}`,
          "sec-fetch-site": "same-origin",
          "x-csrf": csrfTokenOf(secret, nodeDigest),
        },
        raw: { rawHeaders: ["content-type", "application/json"] },
        routeOptions: { config: { audit } },
        // As much of a request as is looked at.
      } as never,
      { identity, operators: { check: () => null }, publicUrl: () => ORIGIN },
    );
  const codeOf = (caller: ReturnType<typeof callerOf>): string | null =>
    caller !== null && "code" in caller ? caller.code : null;
  assert.equal(codeOf(asked("environment.created", "POST")), null);
  await clock.advance(10 * MINUTE);
  assert.equal(codeOf(asked("environment.created", "POST")), "reauthentication_required");
  assert.equal(codeOf(asked(null, "GET")), null);
  assert.equal(codeOf(asked(null, "POST")), null, "what tries and keeps nothing");
});
