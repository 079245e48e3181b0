import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { appUrl } from "./app-url.ts";

const NOTHING = { serveOrigin: null, servePath: null, askedUrl: null, requestUrl: null };

test("appUrl() takes what was set before what a request says, piece by piece", () => {
  const askedUrl = "https://asked.example/asked?region=eu&deployId=7&probe=trust#part";
  const set = { serveOrigin: "https://set.example", servePath: "/set" };
  assert.equal(appUrl({ ...NOTHING, ...set, askedUrl }), "https://set.example/set");
  assert.equal(
    appUrl({ ...NOTHING, serveOrigin: set.serveOrigin, askedUrl }),
    "https://set.example/asked?region=eu",
  );
  assert.equal(appUrl({ ...NOTHING, servePath: "/set", askedUrl }), "https://asked.example/set");
  assert.equal(appUrl({ ...NOTHING, askedUrl }), "https://asked.example/asked?region=eu");
  assert.equal(
    appUrl({ ...NOTHING, requestUrl: "http://localhost:3000/api/inngest?fnId=a&stepId=step" }),
    "http://localhost:3000/api/inngest",
  );
});

test("appUrl() refuses to guess, and takes no address that could not be called", () => {
  for (const facts of [
    NOTHING,
    { ...NOTHING, serveOrigin: "https://set.example" },
    { ...NOTHING, askedUrl: "ftp://asked.example/" },
    { ...NOTHING, askedUrl: "https://user:secret@asked.example/" },
    { ...NOTHING, askedUrl: "/asked" },
    { ...NOTHING, requestUrl: "/api/inngest" },
  ])
    assert.throws(
      () => appUrl(facts),
      (error) => isHoldfastError(error, "config_invalid"),
    );
});
