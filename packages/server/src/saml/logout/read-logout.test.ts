import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import type { IncomingLogout, LogoutMessage, SamlTrust } from "../contract.ts";
import { encodeForPost, EMAIL_FORMAT, instantAt, signElement } from "../testing/identity-provider.ts";
import type { LogoutStatement, RedirectOptions } from "../testing/logout-messages.ts";
import { LOGOUT_ID, postBody, redirectQuery, signLogout, writeLogout } from "../testing/logout-messages.ts";
import { codeOf } from "../testing/judge.ts";
import { createWorld, NOW, REQUEST_ID } from "../testing/world.ts";
import { readLogoutMessage } from "./read-logout.ts";

const world = createWorld();
const { idpKey, nextKey, situation, strangerKey, trust } = world;
const at = (offsetMs: number): string => instantAt(situation, offsetMs);
const MINUTE = 60_000;
const SKEW = 60_000;

const SUBJECT = `<saml:NameID Format="${EMAIL_FORMAT}">ada@example.com</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex><samlp:SessionIndex>_s2</samlp:SessionIndex>`;
const statusOf = (code: string, inner = ""): string =>
  `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}">${inner}</samlp:StatusCode></samlp:Status>`;

const REQUEST: LogoutStatement = {
  id: LOGOUT_ID,
  version: "2.0",
  issuer: situation.idpEntityId,
  destination: trust.sloUrl,
  issueInstant: at(-1_000),
  notOnOrAfter: at(4 * MINUTE),
  inResponseTo: null,
  content: SUBJECT,
};
const RESPONSE: LogoutStatement = {
  ...REQUEST,
  notOnOrAfter: null,
  inResponseTo: REQUEST_ID,
  content: statusOf("Success"),
};

const requestXml = (says: Partial<LogoutStatement> = {}): string =>
  writeLogout("LogoutRequest", { ...REQUEST, ...says });
const byRedirect = (xml: string, options: Partial<RedirectOptions> = {}): IncomingLogout => ({
  binding: "redirect",
  query: redirectQuery("SAMLRequest", xml, { key: idpKey, ...options }),
});
const byPost = (xml: string, relayState?: string): IncomingLogout => ({
  binding: "post",
  body: postBody("SAMLRequest", xml, relayState),
});
const read = (incoming: IncomingLogout, changes: Partial<SamlTrust> = {}): LogoutMessage =>
  readLogoutMessage(incoming, { ...trust, ...changes }, NOW);
const verdict = (incoming: IncomingLogout, changes: Partial<SamlTrust> = {}) =>
  codeOf(() => read(incoming, changes));
/** By either binding, correctly signed. */
const verdicts = (says: Partial<LogoutStatement>) => {
  const both = [verdict(byRedirect(requestXml(says))), verdict(byPost(signLogout(requestXml(says), idpKey)))];
  assert.equal(both[0], both[1]);
  return both[0];
};

describe("a genuine logout message", () => {
  const message = {
    kind: "request",
    id: LOGOUT_ID,
    nameId: "ada@example.com",
    nameIdFormat: EMAIL_FORMAT,
    sessionIndexes: ["_s1", "_s2"],
    relayState: "back here",
    expiresAt: NOW - 1_000 + 5 * MINUTE + SKEW,
  };

  it("is read, by either binding", () => {
    for (const incoming of [
      byRedirect(requestXml(), { relayState: "back here" }),
      byPost(signLogout(requestXml(), idpKey), "back here"),
    ]) {
      const { certificateSha256, ...rest } = read(incoming);
      assert.deepEqual(rest, message);
      assert.match(certificateSha256, /^[0-9a-f]{64}$/);
    }
  });

  it("must be remembered until its own end, when that is later", () => {
    const late = read(byRedirect(requestXml({ notOnOrAfter: at(5 * MINUTE) })));
    assert.ok(late.kind === "request");
    assert.equal(late.expiresAt, NOW + 5 * MINUTE + SKEW);
  });

  it("may name no session, no format and no end", () => {
    const content = "<saml:NameID>ada</saml:NameID>";
    const read1 = read(byRedirect(requestXml({ content, notOnOrAfter: null })));
    assert.ok(read1.kind === "request");
    assert.deepEqual(read1.sessionIndexes, []);
    assert.equal(read1.nameIdFormat, null);
    assert.equal(read1.relayState, null);
  });

  it("may be signed with SHA-512, and by the next certificate", () => {
    const algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
    assert.equal(verdict(byRedirect(requestXml(), { algorithm, hash: "sha512" })), null);
    const certificates = [...trust.certificates, { pem: nextKey.certificatePem, state: "next" } as const];
    assert.equal(verdict(byRedirect(requestXml(), { key: nextKey }), { certificates }), null);
    assert.equal(verdict(byPost(signLogout(requestXml(), nextKey)), { certificates }), null);
  });

  it("may escape its query in any way, since the signature is over its characters", () => {
    const query = redirectQuery("SAMLRequest", requestXml(), { key: idpKey, relayState: "a b" });
    assert.equal(verdict({ binding: "redirect", query: `unknown=1&${query}&utm=2&flag` }), null);
    const [message0, signature] = query.split("&Signature=");
    assert.equal(verdict({ binding: "redirect", query: `Signature=${signature}&${message0}` }), null);
    assert.equal(verdict({ binding: "redirect", query: query.replace("a%20b", "a+b") }), "saml_signature");
  });

  it("answers ours, with success, in part, or not", () => {
    const partial = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"/>';
    for (const [content, status] of [
      [statusOf("Success"), "success"],
      [statusOf("Success", partial), "partial"],
      [statusOf("Responder"), "failed"],
      [statusOf("Responder", partial), "failed"],
      ["", "failed"],
    ] as const) {
      const xml = writeLogout("LogoutResponse", { ...RESPONSE, content });
      for (const incoming of [
        { binding: "redirect", query: redirectQuery("SAMLResponse", xml, { key: idpKey, relayState: "r" }) },
        { binding: "post", body: postBody("SAMLResponse", signLogout(xml, idpKey), "r") },
      ] as const) {
        const { certificateSha256, ...rest } = read(incoming);
        assert.ok(certificateSha256);
        assert.deepEqual(rest, {
          kind: "response",
          id: LOGOUT_ID,
          inResponseTo: REQUEST_ID,
          status,
          relayState: "r",
        });
      }
    }
  });
});

describe("A-071 signatures of logout messages", () => {
  it("are there", () => {
    const query = redirectQuery("SAMLRequest", requestXml(), { key: idpKey });
    assert.equal(
      verdict({ binding: "redirect", query: query.replace(/&Signature=.*/, "") }),
      "saml_unsigned",
    );
    assert.equal(
      verdict({ binding: "redirect", query: query.replace(/&SigAlg=[^&]*/, "") }),
      "saml_unsigned",
    );
    assert.equal(verdict(byPost(requestXml())), "saml_unsigned");
  });

  it("are by the provider's key, over these very characters", () => {
    assert.equal(verdict(byRedirect(requestXml(), { key: strangerKey })), "saml_signature");
    assert.equal(verdict(byPost(signLogout(requestXml(), strangerKey))), "saml_signature");
    const query = redirectQuery("SAMLRequest", requestXml(), { key: idpKey, relayState: "a" });
    assert.equal(
      verdict({ binding: "redirect", query: query.replace("RelayState=a", "RelayState=b") }),
      "saml_signature",
    );
    assert.equal(
      verdict({ binding: "redirect", query: query.replace("RelayState=a&", "") }),
      "saml_signature",
    );
    assert.equal(
      verdict({ binding: "redirect", query: query.replace("SAMLRequest", "SAMLResponse") }),
      "saml_signature",
    );
    assert.equal(verdict(byPost(signLogout(requestXml(), idpKey).replace("ada@", "eve@"))), "saml_signature");
    assert.equal(verdict(byRedirect(requestXml()), { certificates: [] }), "saml_signature");
  });

  it("are by strong algorithms", () => {
    const sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    assert.equal(verdict(byRedirect(requestXml(), { algorithm: sha1, hash: "sha1" })), "saml_algorithm");
    assert.equal(verdict(byRedirect(requestXml(), { algorithm: "RSA-SHA256" })), "saml_algorithm");
    const xml = signElement(requestXml(), "LogoutRequest", { key: idpKey, signatureAlgorithm: sha1 });
    assert.equal(verdict(byPost(xml)), "saml_algorithm");
  });

  it("are of the query alone by redirect, and directly in the document by POST", () => {
    assert.equal(verdict(byRedirect(signLogout(requestXml(), idpKey))), "saml_signature_position");
    const signed = signLogout(requestXml(), idpKey);
    const [signature = ""] = /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(signed) ?? [];
    const moved = requestXml().replace(
      "</samlp:LogoutRequest>",
      `<samlp:Extensions>${signature}</samlp:Extensions></samlp:LogoutRequest>`,
    );
    assert.equal(verdict(byPost(moved)), "saml_signature_position");
  });

  it("are not wrapped: a forged request with the genuine one inside is refused", () => {
    const signed = signLogout(requestXml(), idpKey);
    const [signature = ""] = /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(signed) ?? [];
    const genuine = signed.replace(signature, "");
    const forged = (id: string, inside: string): string =>
      requestXml({ id, content: SUBJECT.replace("ada@", "eve@") + inside }).replace(
        "</saml:Issuer>",
        () => `</saml:Issuer>${signature}`,
      );
    assert.equal(verdict(byPost(forged(LOGOUT_ID, genuine))), "saml_duplicate_id");
    assert.equal(verdict(byPost(forged("_forged", genuine))), "saml_reference");
    const object = signature.replace(
      "</ds:Signature>",
      () => `<ds:Object>${genuine}</ds:Object></ds:Signature>`,
    );
    assert.equal(
      verdict(
        byPost(requestXml({ id: "_forged" }).replace("</saml:Issuer>", () => `</saml:Issuer>${object}`)),
      ),
      "saml_signature_position",
    );
  });
});

describe("A-071 parameters of logout messages", () => {
  const query = redirectQuery("SAMLRequest", requestXml(), { key: idpKey, relayState: "a" });
  const other = redirectQuery("SAMLRequest", requestXml({ id: "_2" }), { key: strangerKey });

  it("occur once", () => {
    const body = postBody("SAMLRequest", signLogout(requestXml(), idpKey), "a");
    for (const extra of [
      other.split("&")[0] ?? "",
      "RelayState=a",
      "SigAlg=x",
      "Signature=x",
      "SAMLRequest",
      "SAML%52equest=x",
    ]) {
      assert.equal(
        verdict({ binding: "redirect", query: `${query}&${extra}` }),
        "saml_duplicate_parameter",
        extra,
      );
      assert.equal(
        verdict({ binding: "redirect", query: `${extra}&${query}` }),
        extra.startsWith("SAML%52") ? "saml_encoding" : "saml_duplicate_parameter",
        extra,
      );
    }
    assert.equal(verdict({ binding: "post", body: `${body}&RelayState=b` }), "saml_duplicate_parameter");
    assert.equal(verdict({ binding: "post", body: `${body}&SAMLRequest=b` }), "saml_duplicate_parameter");
  });

  it("hold one message", () => {
    assert.equal(verdict({ binding: "redirect", query: `${query}&SAMLResponse=x` }), "saml_structure");
    assert.equal(verdict({ binding: "post", body: "RelayState=a" }), "saml_structure");
    assert.equal(verdict({ binding: "post", body: "" }), "saml_structure");
    const response = writeLogout("LogoutResponse", RESPONSE);
    assert.equal(verdict(byRedirect(response)), "saml_structure");
    assert.equal(verdict(byPost(signLogout(response, idpKey))), "saml_structure");
  });

  it("are encoded as they should be", () => {
    for (const message of ["", "***", "AAAA", Buffer.from("not deflated").toString("base64")])
      assert.equal(verdict(byRedirect("", { message })), "saml_encoding", message);
    assert.equal(verdict({ binding: "redirect", query: `${query}&SAMLEncoding=urn:other` }), "saml_encoding");
    const deflate = encodeURIComponent("urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE");
    assert.equal(verdict({ binding: "redirect", query: `${query}&SAMLEncoding=${deflate}` }), null);
    assert.equal(verdict({ binding: "redirect", query: `${query}%zz` }), "saml_encoding");
    assert.equal(verdict({ binding: "redirect", query: `${query}&%zz=1` }), "saml_encoding");
    assert.equal(
      verdict({ binding: "redirect", query: query.replace(/Signature=.*/, "Signature=***") }),
      "saml_encoding",
    );
  });

  it("are not too long", () => {
    assert.equal(
      verdict({ binding: "redirect", query: `${query}&x=${"a".repeat(65_536)}` }),
      "saml_too_large",
    );
    assert.equal(verdict({ binding: "post", body: "a".repeat(600_000) }), "saml_too_large");
    assert.equal(verdict({ binding: "post", body: `SAMLRequest=${"A".repeat(262_148)}` }), "saml_too_large");
    assert.equal(verdict(byRedirect(requestXml(), { relayState: "a".repeat(1_024) })), null);
    assert.equal(verdict(byRedirect(requestXml(), { relayState: "a".repeat(1_025) })), "saml_too_large");
  });

  it("do not unpack to more than 64 KiB, signed or not, and cost nothing", () => {
    const bomb = deflateRawSync(Buffer.alloc(40 * 1024 * 1024), { level: 9 }).toString("base64");
    assert.ok(bomb.length < 60_000);
    const before = process.cpuUsage();
    assert.equal(verdict(byRedirect("", { message: bomb })), "saml_too_large");
    assert.equal(verdict(byRedirect("", { message: bomb, key: strangerKey })), "saml_signature");
    const { system, user } = process.cpuUsage(before);
    assert.ok(user + system < 50_000, `${user + system} µs`);
    const padded = (length: number) => requestXml({ content: SUBJECT + " ".repeat(length) });
    const room = 65_536 - Buffer.byteLength(padded(0));
    assert.equal(verdict(byRedirect(padded(room))), null);
    assert.equal(verdict(byRedirect(padded(room + 1))), "saml_too_large");
  });
});

describe("A-071 what logout messages say", () => {
  it("comes from the provider of the connection, to us", () => {
    assert.equal(verdicts({ issuer: "https://evil.example" }), "saml_issuer");
    assert.equal(verdicts({ issuer: null }), "saml_issuer");
    assert.equal(verdicts({ destination: "https://other.example/slo" }), "saml_destination");
    assert.equal(verdicts({ destination: null }), "saml_destination");
  });

  it("is fresh, and good for five minutes at most", () => {
    assert.equal(verdicts({ issueInstant: null }), "saml_time_missing");
    assert.equal(verdicts({ issueInstant: "yesterday" }), "saml_time_format");
    assert.equal(verdicts({ issueInstant: at(SKEW + 1) }), "saml_not_yet_valid");
    assert.equal(verdicts({ issueInstant: at(SKEW) }), null);
    assert.equal(verdicts({ issueInstant: at(-5 * MINUTE - SKEW - 1) }), "saml_too_old");
    assert.equal(verdicts({ issueInstant: at(-5 * MINUTE - SKEW), notOnOrAfter: null }), "saml_expired");
    assert.equal(verdicts({ issueInstant: at(-5 * MINUTE - SKEW + 1), notOnOrAfter: null }), null);
    assert.equal(verdicts({ notOnOrAfter: at(-SKEW) }), "saml_expired");
    assert.equal(verdicts({ notOnOrAfter: at(-SKEW + 1) }), null);
    assert.equal(verdicts({ issueInstant: at(0), notOnOrAfter: at(5 * MINUTE + SKEW) }), null);
    assert.equal(verdicts({ issueInstant: at(0), notOnOrAfter: at(5 * MINUTE + SKEW + 1) }), "saml_lifetime");
    assert.equal(verdicts({ notOnOrAfter: "never" }), "saml_time_format");
  });

  it("names one subject, in plain text", () => {
    assert.equal(verdicts({ content: "" }), "saml_nameid");
    assert.equal(verdicts({ content: "<saml:EncryptedID/>" }), "saml_nameid");
    assert.equal(verdicts({ content: SUBJECT + SUBJECT }), "saml_structure");
    assert.equal(verdicts({ content: SUBJECT.replace("ada@", "ada @") }), "saml_nameid");
    assert.equal(
      verdicts({ content: `${SUBJECT}<samlp:SessionIndex>a<b/></samlp:SessionIndex>` }),
      "saml_structure",
    );
  });

  it("keeps the rules of the preflight", () => {
    assert.equal(verdicts({ version: "1.1" }), "saml_version");
    assert.equal(verdicts({ id: null }), "saml_structure");
    const nested = `${"<a>".repeat(41)}${"</a>".repeat(41)}`;
    for (const [content, code] of [
      [SUBJECT.replace("ada@", "a<!-- -->da@"), "saml_forbidden_markup"],
      [SUBJECT + nested, "saml_too_complex"],
      [`${SUBJECT}<a`, "saml_xml"],
      [`${SUBJECT}<a xmlns:r="relative"/>`, "saml_structure"],
      [`${SUBJECT}<a id="x"/>`, "saml_structure"],
      [`${SUBJECT}<saml:Assertion/>`, "saml_assertion_count"],
      [SUBJECT.replace("ada@", "a&#0;da@"), "saml_encoding"],
    ] as const) {
      assert.equal(verdict(byRedirect(requestXml({ content }))), code, content);
      const unsigned: IncomingLogout = {
        binding: "post",
        body: `SAMLRequest=${encodeURIComponent(encodeForPost(requestXml({ content })))}`,
      };
      assert.equal(verdict(unsigned), code, content);
    }
    assert.equal(verdict(byRedirect(`<!DOCTYPE a>${requestXml()}`)), "saml_forbidden_markup");
  });
});
