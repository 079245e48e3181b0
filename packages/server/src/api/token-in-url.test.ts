import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { makeToken } from "@holdfast/protocol";
import { tokensInUrl } from "./token-in-url.ts";

const token = makeToken("op", null, randomBytes);
const encoded = `%${Buffer.from(token).toString("hex").match(/../g)?.join("%")}`;

test("A-051 a token is found anywhere in a target, however it is written", () => {
  for (const target of [
    `/holdfast/v1/admin/environments?token=${token}`,
    `/holdfast/v1/admin/environments?authorization=Bearer%20${token}&x=1`,
    `/v1/events/${token}`,
    `/e/${token}?%zz=%`,
    `/?a=${encoded}`,
    `/?a=${token.replace("hf_op_", "hf%5Fop%5f")}`,
  ])
    assert.deepEqual(tokensInUrl(target), [token], target);
  const other = makeToken("op", null, randomBytes);
  assert.deepEqual(tokensInUrl(`/${token}/${other}/${token}`), [token, other]);
});

test("what is no token of an operator's is none", () => {
  const mistyped = token.slice(0, -1) + (token.endsWith("a") ? "b" : "a");
  for (const target of [
    "/",
    "/v1/events?x=hf_op_org_guess",
    `/e/${makeToken("event", "production", randomBytes)}`,
    `/?a=${mistyped}`,
    `/?a=${token}x`,
    `/?a=${encoded.slice(0, -3)}`,
  ])
    assert.deepEqual(tokensInUrl(target), [], target);
});
