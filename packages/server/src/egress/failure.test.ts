import assert from "node:assert/strict";
import { test } from "node:test";
import type { EgressFailureCode } from "./contract.ts";
import { classifyFailure, isStaleConnection } from "./failure.ts";

const SECRET = "t=1&s=secret";

function fault(code: string | undefined, message = SECRET): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

for (const code of [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ECONNRESET",
  "EPROTO",
]) {
  test(`classifyFailure() calls ${code} before the request was sent unreachable, with a reason of its own`, () => {
    const { code: outcome, reason } = classifyFailure(fault(code), false, false);
    assert.equal(outcome, "unreachable");
    assert.ok(reason !== "" && !reason.includes("secret"), reason);
    if (code !== "UND_ERR_CONNECT_TIMEOUT") assert.match(reason, new RegExp(`\\(${code}\\)$`));
  });
}

const SENT: readonly (readonly [code: string | undefined, message: string, outcome: EgressFailureCode])[] = [
  ["ECONNRESET", SECRET, "reset"],
  ["EPIPE", SECRET, "reset"],
  ["UND_ERR_SOCKET", "other side closed", "reset"],
  ["UND_ERR_SOCKET", "bad upgrade", "protocol"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", SECRET, "reset"],
  ["UND_ERR_HEADERS_OVERFLOW", SECRET, "protocol"],
  [undefined, "bad upgrade", "reset"],
];

for (const [code, message, outcome] of SENT) {
  test(`classifyFailure() calls ${code ?? "an error without a code"} (${message === SECRET ? "any text" : message}) after the request was sent ${outcome}`, () => {
    for (const headArrived of [false, true]) {
      const failure = classifyFailure(fault(code, message), true, headArrived);
      assert.equal(failure.code, outcome);
      assert.ok(!failure.reason.includes("secret"));
    }
  });
}

test("classifyFailure() tells what the parser could not read from an end in the middle of it", () => {
  const parserError = (message: string): Error =>
    Object.assign(new Error(message), { name: "HTTPParserError" });
  const unreadable = parserError(`Response does not match the HTTP/1.1 protocol (${SECRET})`);
  assert.equal(classifyFailure(unreadable, true, false).code, "protocol");
  assert.ok(!classifyFailure(unreadable, true, false).reason.includes("secret"));
  const cut = parserError("Response does not match the HTTP/1.1 protocol (Invalid EOF state)");
  assert.equal(classifyFailure(cut, true, true).code, "reset");
});

test("classifyFailure() says whether an answer had begun when the connection was closed", () => {
  assert.match(classifyFailure(fault("ECONNRESET"), true, false).reason, /before an answer/);
  assert.match(classifyFailure(fault("ECONNRESET"), true, true).reason, /while the answer/);
});

test("classifyFailure() shows no more than the name of an error without a code", () => {
  assert.match(classifyFailure(new TypeError(SECRET), false, false).reason, /\(TypeError\)$/);
  assert.match(classifyFailure(SECRET, false, false).reason, /\(unknown error\)$/);
  assert.equal(classifyFailure(SECRET, true, false).code, "reset");
  assert.match(
    classifyFailure(Object.assign(new Error("x"), { code: 5 }), false, false).reason,
    /\(Error\)$/,
  );
});

test("isStaleConnection() is true for a connection that was open and died, not for one that was never made", () => {
  for (const code of ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])
    assert.equal(isStaleConnection(fault(code)), true, code);
  for (const code of ["ECONNREFUSED", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT", undefined]) {
    assert.equal(isStaleConnection(fault(code)), false, code);
  }
  assert.equal(isStaleConnection("ECONNRESET"), false);
});
