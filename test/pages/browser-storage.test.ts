import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";

const visit = visits();

/** How the pages look, and nothing of what they show. */
const KEPT = new Set(["holdfast.theme", "holdfast.shortcuts", "holdfast.sidebar"]);

test("of everything that pages show, a browser keeps nothing: how they look is all, and no cookie is in their reach", async () => {
  await using visited = await visit("/people");
  const { page } = visited;
  for (const path of [
    "/people",
    "/people/psn_grace",
    "/roles",
    "/sso",
    "/sso/con_1",
    "/service-accounts",
    "/keys",
    "/keys?list=signing",
    "/keys?list=operators",
    "/audit",
    "/account",
  ]) {
    await page.goto(new URL(path, page.url()).href);
    await page.getByRole("heading", { level: 1 }).waitFor();
  }
  await page
    .getByRole("button", { name: /menu|account|AE/i })
    .first()
    .click();
  const held = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cookie: document.cookie,
  }));
  assert.deepEqual(
    held.local.filter((name) => !KEPT.has(name)),
    [],
  );
  assert.deepEqual(
    { ...held, local: [] },
    {
      local: [],
      session: [],
      databases: [],
      caches: [],
      workers: 0,
      cookie: "",
    },
  );
});
