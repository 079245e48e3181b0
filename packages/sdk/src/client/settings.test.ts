import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { TEST_SIGNING_KEY } from "./testing/test-client.ts";
import type { ClientOptions } from "./options.ts";
import type { Settings } from "./settings.ts";
import { resolveSettings } from "./settings.ts";

type Variables = Readonly<Record<string, string>>;

const OTHER_KEY = "signkey-test-abcdefabcdefabcdefabcdefabcdefab";
const production: Variables = {
  HOLDFAST_SIGNING_KEY: TEST_SIGNING_KEY,
  HOLDFAST_BASE_URL: "https://holdfast.example",
};

function resolve(options: object = {}, variables: Variables = production): Settings {
  return resolveSettings({ id: "shop", ...options }, variables);
}

/** Refused, with a message that names the setting. */
function refused(options: object, variables: Variables, setting: RegExp): void {
  const what = JSON.stringify([options, variables]);
  assert.throws(
    () => resolve(options, variables),
    (error) => {
      assert.ok(isHoldfastError(error), what);
      assert.match(error.code, /^(?:config|key)_invalid$/);
      assert.match(error.message, setting, what);
      return true;
    },
    what,
  );
}

describe("resolveSettings() and the mode", () => {
  it("is production unless something says otherwise", () => {
    assert.equal(resolve().mode, "production");
    for (const value of ["0", "false"])
      assert.equal(resolve({}, { ...production, HOLDFAST_DEV: value }).mode, "production");
    assert.equal(resolve({ mode: "production" }, { ...production, INNGEST_DEV: "1" }).mode, "production");
  });

  it("is dev by the option, by 1 and true, and by the URL of a server near by", () => {
    assert.equal(resolve({ mode: "dev" }, {}).mode, "dev");
    for (const name of ["HOLDFAST_DEV", "INNGEST_DEV"]) {
      for (const value of ["1", "true", " 1 "]) {
        const { mode, apiOrigin, eventOrigin } = resolve({}, { [name]: value });
        assert.deepEqual(
          [mode, apiOrigin, eventOrigin],
          ["dev", "http://localhost:8288", "http://localhost:8288"],
        );
      }
    }
    for (const url of [
      "http://localhost:9000",
      "http://127.0.0.1:9000",
      "http://[::1]:9000",
      "http://192.168.1.4:8288",
      "http://host.docker.internal:8288",
      "http://holdfast:8288",
    ]) {
      const { mode, apiOrigin } = resolve({}, { HOLDFAST_DEV: url });
      assert.deepEqual([mode, apiOrigin], ["dev", url]);
    }
  });

  it("refuses every other word, whatever the option says: one nearly right must not switch verification off", () => {
    for (const value of [
      "yes",
      "on",
      "TRUE",
      "True",
      "dev",
      "2",
      "01",
      "localhost:8288",
      "https://api.example.com",
      "http://8.8.8.8",
      "http://localhost.example.com",
      "http://localhost@example.com",
      "ftp://localhost",
      "http://",
    ]) {
      refused({}, { ...production, HOLDFAST_DEV: value }, /HOLDFAST_DEV must be 1, true, 0 or false/);
      refused({ mode: "production" }, { ...production, INNGEST_DEV: value }, /INNGEST_DEV must be/);
    }
    refused({ mode: "test" }, production, /the option mode must be/);
    refused({ mode: true }, production, /the option mode must be/);
  });

  it("refuses dev in a production process, but for an explicit option and a server on this machine", () => {
    const node = { NODE_ENV: "production" };
    refused({}, { ...node, HOLDFAST_DEV: "1" }, /NODE_ENV is production/);
    refused({ mode: "dev", baseUrl: "http://192.168.1.4:8288" }, node, /NODE_ENV is production/);
    refused(
      { mode: "dev" },
      { ...node, HOLDFAST_EVENT_API_BASE_URL: "http://10.0.0.1" },
      /NODE_ENV is production/,
    );
    assert.equal(resolve({ mode: "dev" }, node).mode, "dev");
    assert.equal(resolve({ mode: "dev", baseUrl: "http://127.0.0.1:1" }, node).mode, "dev");
  });

  it("refuses a server elsewhere in dev, where nothing is verified", () => {
    refused(
      { mode: "dev", baseUrl: "https://holdfast.example" },
      {},
      /the option baseUrl must be on this machine/,
    );
    refused(
      {},
      { HOLDFAST_DEV: "1", INNGEST_BASE_URL: "https://api.inngest.com" },
      /INNGEST_BASE_URL must be on this/,
    );
  });
});

describe("resolveSettings() and the server", () => {
  it("takes the most specific address: the option, the variable of an API, the general variable", () => {
    const all = {
      ...production,
      HOLDFAST_API_BASE_URL: "https://api.example/",
      HOLDFAST_EVENT_API_BASE_URL: "https://events.example/base//",
    };
    const origins = ({ apiOrigin, eventOrigin }: Settings): unknown => [apiOrigin, eventOrigin];
    assert.deepEqual(origins(resolve({ baseUrl: "https://option.example" }, all)), [
      "https://option.example",
      "https://option.example",
    ]);
    assert.deepEqual(origins(resolve({}, all)), ["https://api.example", "https://events.example/base"]);
    assert.deepEqual(origins(resolve()), ["https://holdfast.example", "https://holdfast.example"]);
    const HOLDFAST_SIGNING_KEY = TEST_SIGNING_KEY;
    assert.deepEqual(
      origins(resolve({}, { HOLDFAST_SIGNING_KEY, INNGEST_API_BASE_URL: "https://api.example" })),
      ["https://api.example", "https://api.example"],
    );
  });

  it("refuses to start in production without one", () => {
    refused({}, { HOLDFAST_SIGNING_KEY: TEST_SIGNING_KEY }, /HOLDFAST_BASE_URL is not set/);
  });

  it("refuses an address over which keys would travel in clear, or that is more than an address", () => {
    const at = (baseUrl: string): object => ({ baseUrl });
    refused(at("http://holdfast.example"), production, /must be https/);
    for (const url of [
      "nonsense",
      "ftp://a",
      "https://u:p@holdfast.example",
      "https://a.example/?k=1",
      "https://a.example/#k",
    ])
      refused(at(url), production, /the option baseUrl must be/);
    for (const url of ["http://127.0.0.1:8288", "http://10.0.0.7", "http://holdfast:8288"])
      assert.equal(resolve(at(url)).apiOrigin, url);
  });
});

describe("resolveSettings() and keys", () => {
  it("refuses to start in production without a key to verify by", () => {
    refused({}, { HOLDFAST_BASE_URL: "https://a.example" }, /HOLDFAST_SIGNING_KEY is not set/);
    refused(
      {},
      { HOLDFAST_BASE_URL: "https://a.example", HOLDFAST_SIGNING_KEY: "  " },
      /HOLDFAST_SIGNING_KEY is not set/,
    );
    refused(
      { serverKeys: [] },
      { HOLDFAST_BASE_URL: "https://a.example" },
      /HOLDFAST_SIGNING_KEY is not set/,
    );
    assert.deepEqual(
      resolve({ serverKeys: ["ed25519:a:b"] }, { HOLDFAST_BASE_URL: "https://a.example" }).serverKeys,
      ["ed25519:a:b"],
    );
    assert.deepEqual(
      resolve({}, { ...production, HOLDFAST_SERVER_KEYS: "ed25519:a:b , ed25519:c:d" }).serverKeys,
      ["ed25519:a:b", "ed25519:c:d"],
    );
  });

  it("needs none in dev", () => {
    assert.deepEqual(resolve({ mode: "dev" }, {}).signingKeys, []);
  });

  it("takes options before variables, our names before the others, and a fallback second", () => {
    const secrets = (settings: Settings): unknown =>
      settings.signingKeys.map((key) => key.prefix + key.reveal());
    assert.deepEqual(secrets(resolve({ signingKey: OTHER_KEY })), [OTHER_KEY]);
    assert.deepEqual(secrets(resolve({}, { ...production, INNGEST_SIGNING_KEY: OTHER_KEY })), [
      TEST_SIGNING_KEY,
    ]);
    assert.deepEqual(
      secrets(resolve({}, { ...production, INNGEST_SIGNING_KEY_FALLBACK: ` ${OTHER_KEY}\n` })),
      [TEST_SIGNING_KEY, OTHER_KEY],
    );
    assert.equal(resolve({ eventKey: "a" }, { ...production, HOLDFAST_EVENT_KEY: "b" }).eventKey, "a");
    assert.equal(resolve({}, { ...production, INNGEST_EVENT_KEY: "c" }).eventKey, "c");
    assert.equal(resolve().eventKey, null);
  });

  it("refuses a key that is none without showing it, and a fallback alone", () => {
    refused({ signingKey: "canary" }, production, /^(?!.*canary).*the option signingKey/);
    refused(
      {},
      { ...production, HOLDFAST_SIGNING_KEY: "signkey-test-canary" },
      /^(?!.*canary).*HOLDFAST_SIGNING_KEY/,
    );
    const { HOLDFAST_BASE_URL } = { HOLDFAST_BASE_URL: "https://a.example" };
    refused(
      {},
      { HOLDFAST_BASE_URL, HOLDFAST_SIGNING_KEY_FALLBACK: OTHER_KEY },
      /FALLBACK is set, and the signing key/,
    );
  });
});

describe("resolveSettings() and the rest", () => {
  it("reads every other setting, the option before the variable", () => {
    const variables = {
      ...production,
      HOLDFAST_ENV: "staging",
      INNGEST_SERVE_ORIGIN: "https://shop.example/",
      HOLDFAST_SERVE_PATH: "/api/x",
      HOLDFAST_STREAMING: "true",
      HOLDFAST_ALLOW_IN_BAND_SYNC: "0",
      HOLDFAST_SIGNATURES: "strict",
    };
    const { environment, serveOrigin, servePath, streaming, isInBandSyncAllowed, signatures } = resolve(
      {},
      variables,
    );
    assert.deepEqual(
      { environment, serveOrigin, servePath, streaming, isInBandSyncAllowed, signatures },
      {
        environment: "staging",
        serveOrigin: "https://shop.example",
        servePath: "/api/x",
        streaming: true,
        isInBandSyncAllowed: false,
        signatures: "strict",
      },
    );
    assert.equal(resolve({ env: "other" }, variables).environment, "other");
    assert.equal(resolve({ streaming: false }, variables).streaming, false);
    assert.equal(resolve({ signatures: "compat" }, variables).signatures, "compat");
    assert.equal(resolve({ appVersion: "1.2" }).appVersion, "1.2");
  });

  it("has defaults that open nothing", () => {
    const { environment, serveOrigin, servePath, streaming, isInBandSyncAllowed, signatures, appVersion } =
      resolve();
    assert.deepEqual(
      [environment, serveOrigin, servePath, streaming, isInBandSyncAllowed, signatures, appVersion],
      ["", null, null, false, true, "auto", null],
    );
  });

  it("refuses what cannot be used, by the name of the option or variable", () => {
    refused({ id: undefined }, production, /the option id must be given/);
    refused({ id: " " }, production, /the option id must be text/);
    refused({ id: "a\u0000b" }, production, /the option id must be at most/);
    refused({ id: "x".repeat(257) }, production, /the option id must be at most/);
    refused({ isDev: true }, production, /the option isDev does not exist/);
    refused({ eventKey: "" }, production, /the option eventKey must be text/);
    refused({ env: "a b" }, production, /the option env must be/);
    refused({ env: "a\r\nx: y" }, production, /the option env must be/);
    refused(
      { serveOrigin: "https://shop.example/x" },
      production,
      /the option serveOrigin must be a scheme and a host/,
    );
    refused({ serveOrigin: "shop.example" }, production, /the option serveOrigin must be/);
    refused({ servePath: "api" }, production, /the option servePath must be a path/);
    refused({ signatures: "none" }, production, /the option signatures must be/);
    refused({}, { ...production, HOLDFAST_STREAMING: "maybe" }, /HOLDFAST_STREAMING must be/);
    refused({}, { ...production, INNGEST_ALLOW_IN_BAND_SYNC: "no!" }, /INNGEST_ALLOW_IN_BAND_SYNC must be/);
    assert.throws(
      () => resolveSettings(null as unknown as ClientOptions, production),
      (error) => isHoldfastError(error, "config_invalid"),
    );
  });
});
