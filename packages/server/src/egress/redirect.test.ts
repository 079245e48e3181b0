import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeRedirect } from "./redirect.ts";

const FOLLOWED: readonly (readonly [title: string, from: string, location: string, to: string])[] = [
  ["a path", "http://app.test/a", "/b", "http://app.test/b"],
  ["a relative path", "http://app.test/a/b", "c", "http://app.test/a/c"],
  ["a whole address", "http://app.test/a", "http://app.test/b", "http://app.test/b"],
  ["an address without a scheme", "https://app.test/a", "//app.test/b", "https://app.test/b"],
  ["the same address", "http://app.test/a", "", "http://app.test/a"],
  ["the default port in words", "http://app.test/a", "http://app.test:80/b", "http://app.test/b"],
  ["a host in capitals", "http://app.test/a", "http://APP.test/b", "http://app.test/b"],
  ["a fragment, dropped", "http://app.test/a", "/b#c", "http://app.test/b"],
  ["https on the default ports", "http://app.test/a", "https://app.test/a", "https://app.test/a"],
  [
    "https on one explicit port",
    "http://app.test:3000/a",
    "https://app.test:3000/a",
    "https://app.test:3000/a",
  ],
  [
    "a slash, keeping the query",
    "http://app.test/a?fnId=f&stepId=s",
    "/a/",
    "http://app.test/a/?fnId=f&stepId=s",
  ],
  ["https, keeping the query", "http://app.test/a?fnId=f", "https://app.test/a", "https://app.test/a?fnId=f"],
  ["a query that names a parameter anew", "http://app.test/a?x=1&y=2", "/b?x=3", "http://app.test/b?x=3&y=2"],
  ["a query of its own", "http://app.test/a", "/b?x=3", "http://app.test/b?x=3"],
  ["both of two equal parameters", "http://app.test/a?x=1&x=2&y=3", "/b", "http://app.test/b?x=1&x=2&y=3"],
  ["a parameter named __proto__", "http://app.test/a?__proto__=1", "/b", "http://app.test/b?__proto__=1"],
];

for (const [title, from, location, to] of FOLLOWED) {
  test(`judgeRedirect() follows ${title}`, () => {
    assert.deepEqual(judgeRedirect(new URL(from), 307, location), { kind: "follow", url: new URL(to) });
  });
}

const REFUSED: readonly (readonly [title: string, from: string, location: string, says: RegExp])[] = [
  ["another host", "http://app.test/a", "http://evil.test/a", /another origin \(http:\/\/evil\.test\)/],
  ["a host without a scheme", "http://app.test/a", "//evil.test/a", /another origin/],
  ["a subdomain", "http://app.test/a", "http://www.app.test/a", /another origin/],
  ["another port", "http://app.test/a", "http://app.test:8080/a", /another origin/],
  ["https on another host", "http://app.test/a", "https://evil.test/a", /another origin/],
  ["https on another port", "http://app.test:3000/a", "https://app.test/a", /another origin/],
  ["https from port 80 to another one", "http://app.test/a", "https://app.test:8443/a", /another origin/],
  ["http from https", "https://app.test/a", "http://app.test/a", /another origin/],
  ["backslashes that name a host", "http://app.test/a", String.raw`\\evil.test\a`, /another origin/],
  ["credentials", "http://app.test/a", "http://u:p@app.test/a", /holds credentials/],
  ["a user alone", "http://app.test/a", "http://u@app.test/a", /holds credentials/],
  ["data:", "http://app.test/a", "data:text/plain,x", /a data: address/],
  ["file:", "http://app.test/a", "file:///etc/passwd", /a file: address/],
  ["blob: of the same origin", "http://app.test/a", "blob:http://app.test/1", /a blob: address/],
  ["what is no URL", "http://app.test/a", "http://", /not a URL/],
];

for (const [title, from, location, says] of REFUSED) {
  test(`judgeRedirect() refuses ${title}`, () => {
    const verdict = judgeRedirect(new URL(from), 307, location);
    assert.equal(verdict.kind, "refused");
    assert.ok(verdict.kind === "refused" && says.test(verdict.reason), JSON.stringify(verdict));
  });
}

test("judgeRedirect() knows five statuses, and each of them only with a location", () => {
  const from = new URL("http://app.test/a");
  for (let status = 200; status < 600; status++) {
    const expected = [301, 302, 303, 307, 308].includes(status) ? "follow" : "none";
    assert.equal(judgeRedirect(from, status, "/b").kind, expected, String(status));
    assert.equal(judgeRedirect(from, status, undefined).kind, "none", String(status));
  }
});

test("judgeRedirect() shows the query of neither address in its reasons", () => {
  const from = new URL("http://app.test/a?token=mine");
  for (const location of [
    "http://evil.test/b?token=theirs",
    "http://u:p@app.test/?token=theirs",
    "data:x?token=theirs",
  ]) {
    const verdict = judgeRedirect(from, 307, location);
    assert.ok(
      verdict.kind === "refused" && !/token|theirs|mine/.test(verdict.reason),
      JSON.stringify(verdict),
    );
  }
});

test("judgeRedirect() never leaves the host, nor the port or https except upwards", () => {
  const part = fc.constantFrom(
    "http:",
    "https:",
    "//",
    "/",
    "\\",
    "app.test",
    "evil.test",
    ":3000",
    "@",
    "?a=1",
    "#",
    ".",
    "",
  );
  const location = fc.oneof(
    fc.webUrl(),
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(fc.constantFrom("http:", "https:"), location, (protocol, text) => {
      const from = new URL(`${protocol}//app.test:3000/a?x=1`);
      const verdict = judgeRedirect(from, 307, text);
      if (verdict.kind !== "follow") return;
      assert.equal(verdict.url.host, from.host);
      assert.ok(verdict.url.protocol === protocol || verdict.url.protocol === "https:");
      assert.equal(verdict.url.searchParams.get("x"), "1");
    }),
    { numRuns: 500 },
  );
});
