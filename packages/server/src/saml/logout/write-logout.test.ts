import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IncomingLogout, SamlDelivery, SamlTrust } from "../contract.ts";
import { createWorld, NOW, REQUEST_ID } from "../testing/world.ts";
import { readLogoutMessage } from "./read-logout.ts";
import { writeLogoutRequest, writeLogoutResponse } from "./write-logout.ts";

const { spKey, trust } = createWorld();
const SLO = "https://idp.example/slo";

/** The provider, as a room of the same kind on the other side: it trusts our certificate. */
const otherSide: SamlTrust = {
  ...trust,
  idpEntityId: trust.spEntityId,
  sloUrl: SLO,
  certificates: [{ pem: spKey.certificatePem, state: "active" }],
};
const arrived = (delivery: SamlDelivery | null): IncomingLogout => {
  assert.ok(delivery);
  if (delivery.binding === "redirect")
    return { binding: "redirect", query: new URL(delivery.url).search.slice(1) };
  assert.equal(delivery.url, SLO);
  return { binding: "post", body: new URLSearchParams(delivery.fields).toString() };
};
const logout = { id: REQUEST_ID, nowMs: NOW, nameId: "a&b", nameIdFormat: "urn:f", sessionIndex: "_s1" };

for (const binding of ["redirect", "post"] as const) {
  const to = { ...trust, idpSlo: { url: SLO, binding } };

  describe(`logout by ${binding}`, () => {
    it("tells the provider whose session ended, signed even where requests are not", () => {
      const delivery = writeLogoutRequest({ ...to, signRequests: false }, logout, "state");
      const { certificateSha256, ...read } = readLogoutMessage(arrived(delivery), otherSide, NOW);
      assert.ok(certificateSha256);
      assert.deepEqual(read, {
        kind: "request",
        id: REQUEST_ID,
        nameId: "a&b",
        nameIdFormat: "urn:f",
        sessionIndexes: ["_s1"],
        relayState: "state",
        expiresAt: NOW + 360_000,
      });
    });

    it("leaves out what is not known", () => {
      const delivery = writeLogoutRequest(to, { ...logout, nameIdFormat: null, sessionIndex: null }, null);
      const read = readLogoutMessage(arrived(delivery), otherSide, NOW);
      assert.ok(read.kind === "request");
      assert.deepEqual([read.nameIdFormat, read.sessionIndexes, read.relayState], [null, [], null]);
    });

    it("answers the provider, and says when nothing matched", () => {
      for (const status of ["success", "partial"] as const) {
        const answer = { id: "_answer", nowMs: NOW, inResponseTo: REQUEST_ID, status };
        const read = readLogoutMessage(arrived(writeLogoutResponse(to, answer, "back")), otherSide, NOW);
        assert.ok(read.kind === "response");
        assert.deepEqual(
          [read.id, read.inResponseTo, read.status, read.relayState],
          ["_answer", REQUEST_ID, status, "back"],
        );
      }
    });
  });
}

it("a provider that takes no logout is told nothing", () => {
  const none = { ...trust, idpSlo: null };
  assert.equal(writeLogoutRequest(none, logout, null), null);
  const answer = { id: "_a", nowMs: NOW, inResponseTo: REQUEST_ID, status: "success" } as const;
  assert.equal(writeLogoutResponse(none, answer, null), null);
});
