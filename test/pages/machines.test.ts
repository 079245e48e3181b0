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
  await page.getByText("hfst_installation_9f2a77aa01fe4c2d").waitFor({ state: "detached" });
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

test("an event key is made with its rules, and shown once", async () => {
  await using visited = await visit("/keys");
  const { page, stub } = visited;
  await page.getByRole("button", { name: "New event key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("warehouse");
  await page.getByLabel("Ends after").selectOption("90 days");
  await page.getByText("Cut it down").click();
  await page.getByLabel("Only events of these names").fill("stock/*\nreturn/made");
  await page.getByLabel("Events a second, at the most").fill("50");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("hf_event_producti_9f2a77aa01fe4c2d").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("hf_event_producti_9f2a77aa01fe4c2d").waitFor({ state: "detached" });
  await page.getByRole("row", { name: /warehouse/ }).waitFor();
  const asked = stub.heard.find(({ method, url }) => method === "POST" && url.endsWith("/event-keys"));
  assert.deepEqual(JSON.parse(asked?.body ?? ""), {
    name: "warehouse",
    allow_names: ["stock/*", "return/made"],
    expires: "90d",
    events_per_second: 50,
  });
});

test("a signing key is rotated from the page: the apps are asked, it signs, the earlier one ends, and the next one begins", async () => {
  await using visited = await visit("/keys?list=signing");
  const { page, stub } = visited;
  await page.getByText("shop did not show the new key yet").waitFor();
  const sign = page.getByRole("button", { name: "Let it sign" });
  assert.equal(await sign.getAttribute("aria-disabled"), "true");
  await sign.click({ force: true });
  await page.getByRole("button", { name: "Ask the apps now" }).click();
  await page.getByText("Every app has shown the new key").waitFor();
  await sign.click();
  await page.getByText("The earlier key is still accepted").waitFor();
  await page.getByRole("button", { name: "Step back" }).click();
  await page.getByLabel("Why").fill("An app was forgotten");
  await page.getByRole("dialog").getByRole("button", { name: "Step back" }).click();
  await page.getByText("The earlier key signs again").waitFor();
  await sign.click();
  await page.getByRole("button", { name: "Revoke the earlier key" }).click();
  await page.getByRole("button", { name: "Rotate" }).click();
  await page.getByText("signkey-prod-77aa01fe").waitFor();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("signkey-prod-77aa01fe").waitFor({ state: "detached" });
  const acts = stub.heard
    .filter(({ method, url }) => method === "POST" && url.includes("/signing-keys"))
    .map(({ url }) => url.split("/signing-keys/")[1]);
  assert.deepEqual(acts, ["probe", "promote", "step-back", "promote", "sgk_1/revoke", "rotate"]);
});
