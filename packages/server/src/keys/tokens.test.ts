import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import { LIMITS, parseSigningKey } from "@holdfast/protocol";
import { createIds, nodeDigest as digest, systemClock, systemRandom as random } from "#kernel";
import type { Tokens } from "./contract.ts";
import { createTokens } from "./tokens.ts";

const NOW = 1_700_000_000_000;
const RUN = "01HF7YAT00AAAAAAAAAAAAAAAA" as RunId;
const OTHER_RUN = "01HF7YAT00BBBBBBBBBBBBBBBB" as RunId;
const OLD = `signkey-prod-${"a1".repeat(32)}`;
const NEW = `signkey-prod-${"b2".repeat(32)}`;

const tokensOf = (signingKeys: readonly string[], environment = "production"): Tokens =>
  createTokens({
    secrets: () => signingKeys.map((key) => parseSigningKey(key).reveal()),
    environment,
    accountId: "00000000-0000-4000-a000-000000000000",
    environmentId: "00000000-0000-4000-b000-000000000000",
    digest,
    random,
    ids: createIds(systemClock, random),
  });

describe("Tokens", () => {
  it("read the output of one run in one environment, for an hour", async () => {
    const tokens = tokensOf([OLD]);
    const token = await tokens.output(RUN, NOW);
    assert.equal(await tokens.checkOutput(token, RUN, NOW), true);
    assert.equal(await tokens.checkOutput(token, RUN, NOW + LIMITS.endpointOutputTokenMs - 1000), true);
    assert.equal(await tokens.checkOutput(token, RUN, NOW + LIMITS.endpointOutputTokenMs), false);
    assert.equal(await tokens.checkOutput(token, OTHER_RUN, NOW), false);
    assert.equal(await tokensOf([OLD], "staging").checkOutput(token, RUN, NOW), false);
  });

  it("read the stream of one run for 16 minutes", async () => {
    const tokens = tokensOf([OLD]);
    const token = await tokens.stream(RUN, NOW);
    assert.equal(await tokens.checkStream(token, NOW), RUN);
    assert.equal(await tokens.checkStream(token, NOW + LIMITS.streamTokenMs), null);
  });

  it("A-111 that read a stream do not write to one", async () => {
    const [, claims = ""] = (await tokensOf([OLD]).stream(RUN, NOW)).split(".");
    const { publish } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { publish: boolean };
    assert.equal(publish, false);
  });

  it("A-110 are good for their purpose only, and by any key in use", async () => {
    const before = tokensOf([OLD]);
    const [output, stream] = [await before.output(RUN, NOW), await before.stream(RUN, NOW)];
    assert.equal(await before.checkOutput(stream, RUN, NOW), false);
    assert.equal(await before.checkStream(output, NOW), null);
    const rotated = tokensOf([NEW, OLD]);
    assert.equal(await rotated.checkOutput(output, RUN, NOW), true);
    assert.equal(await rotated.checkStream(stream, NOW), RUN);
    assert.equal(await tokensOf([NEW]).checkOutput(output, RUN, NOW), false);
  });

  it("A-110 refuse what was changed, is unsigned, or is no token", async () => {
    const tokens = tokensOf([OLD]);
    const [header = "", claims = "", signature = ""] = (await tokens.output(RUN, NOW)).split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const changed = Buffer.from(
      Buffer.from(claims, "base64url").toString("utf8").replace(RUN, OTHER_RUN),
    ).toString("base64url");
    for (const [token, run] of [
      ["", RUN],
      ["a.b.c", RUN],
      [`${none}.${claims}.`, RUN],
      [`${none}.${claims}.${signature}`, RUN],
      [`${header}.${changed}.${signature}`, OTHER_RUN],
    ] as const) {
      assert.equal(await tokens.checkOutput(token, run, NOW), false, token);
      assert.equal(await tokens.checkStream(token, NOW), null);
    }
  });

  it("end with the process where there is no signing key", async () => {
    const token = await tokensOf([]).output(RUN, NOW);
    assert.equal(await tokensOf([]).checkOutput(token, RUN, NOW), false);
  });
});
