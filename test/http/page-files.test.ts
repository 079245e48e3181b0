import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { Answer } from "./request.ts";
import { request } from "./request.ts";

describe("the files of the pages", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ pages: { dir: pagesDir, list: pagesList } });
  });
  after(() => server[Symbol.asyncDispose]());

  const get = (path: string, method = "GET"): Promise<Answer> =>
    request(server, method, path, { authorized: false });

  it("say what a browser may do with them", async () => {
    for (const path of ["/", "/sign-in", "/people/somebody"]) {
      const { status, headers } = await get(path);
      assert.equal(status, 200, path);
      const policy = String(headers["content-security-policy"]).split("; ");
      for (const directive of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]) {
        assert.ok(policy.includes(directive), `${path}: ${directive}`);
      }
      assert.equal(
        policy.some((directive) => /unsafe|\*|https?:/.test(directive)),
        false,
      );
      assert.equal(headers["cross-origin-opener-policy"], "same-origin", path);
      assert.equal(headers["cross-origin-resource-policy"], "same-origin", path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
    }
  });

  it("have the type that they are of, and their charset", async () => {
    const page = await get("/");
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    const names = [...page.text.matchAll(/"\/(assets\/[\w.-]+\.(js|css))"/g)];
    assert.ok(names.some(([, , kind]) => kind === "js") && names.some(([, , kind]) => kind === "css"));
    for (const [, name, kind] of names) {
      const { status, headers } = await get(`/${name}`);
      assert.equal(status, 200, name);
      assert.equal(headers["content-type"], `text/${kind === "js" ? "javascript" : "css"}; charset=utf-8`);
    }
  });

  it("are those of a list: no folder, no other file, no path out of it", async () => {
    for (const path of [
      "/.git/config",
      "/.git/HEAD",
      "/assets",
      "/assets/",
      "/assets/index.html",
      "/assets/..%2findex.html",
      "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
      "/assets/../../package.json",
      "/index.html.map",
      "/package.json",
      "/src/main.tsx",
    ]) {
      const { status, text } = await get(path);
      assert.equal(status, 404, path);
      assert.doesNotMatch(text, /<html|"name": "@holdfast|\[core\]/i, path);
    }
  });

  it("are read and not traced", async () => {
    for (const method of ["TRACE", "PUT", "DELETE", "PROPFIND"]) {
      const { status, text } = await get("/", method);
      assert.ok(status >= 400 && status < 500, `${method} ${status}`);
      assert.doesNotMatch(text, /TRACE \/|<html/, method);
    }
  });
});
