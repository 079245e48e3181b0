import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel";
import { readIdpMetadata } from "#saml";
import { makeTestKey } from "../../saml/testing/test-keys.ts";
import { HOLDER, testInstallation } from "../testing/installation.ts";
import { watchMetadata } from "./metadata-watch.ts";

const DAY = 24 * 60 * 60 * 1000;
const [first, second] = [makeTestKey("one.example"), makeTestKey("two.example")];

function metadata(entityId: string, pems: readonly string[]): string {
  const keys = pems
    .map((pem) => pem.replaceAll(/-----[^-]+-----|\s/g, ""))
    .map(
      (bare) =>
        `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${bare}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    )
    .join("");
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
}

test("a certificate that is new in the metadata waits as next, a foreign provider's is not taken, and what fails is looked at again", async () => {
  const { clock, identity } = await testInstallation();
  const { connections } = identity;
  const { id } = await connections.createSaml(HOLDER, "c");
  const url = "https://idp.example/metadata";
  await connections.takeMetadata(
    HOLDER,
    id,
    readIdpMetadata(metadata("https://idp.example", [first.certificatePem]), clock.now()),
    url,
  );
  const states = (): readonly string[] => {
    const found = connections.get(id);
    return found?.kind === "saml" ? (found.provider?.certificates ?? []).map(({ state }) => state) : [];
  };
  assert.deepEqual(states(), ["active"]);

  const asked: string[] = [];
  let answer: () => Promise<string> = async () => metadata("https://idp.example", [first.certificatePem]);
  const fetchMetadata = async (from: string): Promise<string> => {
    asked.push(from);
    return answer();
  };
  const watch = watchMetadata({ connections, fetchMetadata, clock, log: silentLog });
  await clock.advance(DAY - 1);
  assert.deepEqual(asked, []);
  await clock.advance(1);
  assert.deepEqual(asked, [url]);
  assert.deepEqual(states(), ["active"]);

  answer = async () => metadata("https://evil.example", [second.certificatePem]);
  await clock.advance(DAY);
  assert.deepEqual(states(), ["active"]);
  answer = async () => Promise.reject(new Error("unreachable"));
  await clock.advance(DAY);
  answer = async () => metadata("https://idp.example", [first.certificatePem, second.certificatePem]);
  await clock.advance(DAY);
  assert.deepEqual(states(), ["active", "next"]);

  watch.stop();
  await clock.advance(2 * DAY);
  assert.equal(asked.length, 4);
});
