import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";

const visit = visits();

test("a service account is made, gets a token that is shown once, and loses it", async () => {
  await using visited = await visit("/service-accounts");
  const { page, stub } = visited;
  await page.getByRole("button", { name: "New service account" }).click();
  await page.getByLabel("Name", { exact: true }).fill("reporter");
  await page.getByRole("button", { name: "Make", exact: true }).click();
  await page.getByRole("button", { name: "New token of reporter" }).click();
  await page.getByLabel("Name", { exact: true }).fill("nightly job");
  await page.getByText("Cut it down").click();
  await page.getByLabel("Only from these networks").fill("203.0.113.0/24, 198.51.100.7");
  await page.getByLabel("environments.read").check();
  await page.getByRole("button", { name: "Make the token" }).click();
  await page.getByText("hfst_installation_9f2a77aa01fe4c2d").waitFor();
  await page.getByRole("button", { name: "I have kept it" }).click();
  assert.equal(await page.getByText("hfst_installation_9f2a77aa01fe4c2d").count(), 0);
  const asked = stub.heard.find(({ method, url }) => method === "POST" && url.endsWith("/tokens"));
  assert.deepEqual(JSON.parse(asked?.body ?? ""), {
    name: "nightly job",
    expires: "90d",
    addresses: ["203.0.113.0/24", "198.51.100.7"],
    scopes: ["environments.read"],
  });
  await page.getByRole("button", { name: "Revoke nightly job of reporter" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Token revoked").waitFor();
});

test("an operator token is revoked with a reason", async () => {
  await using visited = await visit("/keys?list=operators");
  const { page, stub } = visited;
  await page.getByText("Expired").waitFor();
  await page.getByRole("button", { name: "Revoke first token" }).click();
  await page.getByLabel("Why").fill("Service accounts now");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Revoked", { exact: true }).waitFor();
  const asked = stub.heard.find(({ url }) => url.endsWith("/opt_1/revoke"));
  assert.deepEqual(JSON.parse(asked?.body ?? ""), { reason: "Service accounts now" });
});

test("keys are those of the environment that the address names, and it is kept from page to page", async () => {
  await using visited = await visit("/keys");
  const { page } = visited;
  await page.getByText("shop backend").waitFor();
  await page.getByLabel("Environment").selectOption("staging");
  await page.getByText("No event key").waitFor();
  await page.getByRole("link", { name: "Signing keys" }).click();
  await page.getByRole("heading", { name: "Signing keys of Staging" }).waitFor();
  await page.getByText("A rotation waits for apps").waitFor();
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  assert.equal(new URL(page.url()).search, "?env=staging");
});
