import assert from "node:assert/strict";
import { test } from "node:test";
import { registrationOf } from "./in-band.ts";

const URL_ASKED = "http://localhost:3000/api/inngest";

test("registrationOf() turns a TypeScript answer into what the SDK would have posted", () => {
  const functions = [{ id: "shop-charge", name: "charge", triggers: [{ event: "a/b" }], steps: {} }];
  const answer = {
    app_id: "shop",
    capabilities: { trust_probe: "v1", connect: "v1" },
    env: null,
    framework: "nodejs",
    functions,
    featureObservations: { sendEvents: {} },
    inspection: { signing_key_hash: "9a2db2e23f15" },
    platform: null,
    sdk_author: "inngest",
    sdk_language: "js",
    sdk_version: "4.24.0",
    sdk: "js:v4.24.0",
    url: "http://shop.example/api/inngest",
  };
  assert.deepEqual(registrationOf(answer, URL_ASKED), {
    url: "http://shop.example/api/inngest",
    deployType: "ping",
    framework: "nodejs",
    appName: "shop",
    functions,
    sdk: "js:v4.24.0",
    v: "0.1",
    capabilities: { trust_probe: "v1", connect: "v1" },
  });
});

test("registrationOf() turns the answer of Holdfast's own SDK into what that SDK would have posted", () => {
  const registration = registrationOf(
    {
      app_id: "shop",
      capabilities: { signatures: "v2", trust_probe: "v1" },
      env: null,
      framework: "express",
      functions: [],
      platform: null,
      sdk: "holdfast-js:v0.1.0",
      sdk_author: "holdfast",
      sdk_language: "js",
      sdk_version: "0.1.0",
      url: URL_ASKED,
    },
    URL_ASKED,
  );
  assert.deepEqual(registration, {
    url: URL_ASKED,
    deployType: "ping",
    framework: "express",
    appName: "shop",
    functions: [],
    sdk: "holdfast-js:v0.1.0",
    v: "0.1",
    capabilities: { signatures: "v2", trust_probe: "v1" },
  });
});

test("registrationOf() builds the SDK's name from two fields, and falls back to the URL that was asked", () => {
  const registration = registrationOf(
    {
      app_id: "shop",
      env: "prod",
      platform: "fly",
      sdk_language: "go",
      sdk_version: "v0.15.0",
      functions: [],
      appVersion: "7",
    },
    URL_ASKED,
  );
  assert.deepEqual(registration, {
    url: URL_ASKED,
    deployType: "ping",
    framework: "",
    appName: "shop",
    appVersion: "7",
    functions: [],
    sdk: "go:v0.15.0",
    v: "1",
    headers: { env: "prod", platform: "fly" },
  });
});

test("registrationOf() takes nothing from a body that names no app", () => {
  for (const body of [null, 1, "x", [], {}, { app_id: "" }, { app_id: 7 }])
    assert.equal(registrationOf(body, URL_ASKED), null);
});
