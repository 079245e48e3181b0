import type { ExpectedAnswer, SamlTrust } from "../contract.ts";
import type { BatteryKit } from "./battery.ts";
import type { Situation } from "./identity-provider.ts";
import { PERSISTENT } from "./identity-provider.ts";
import type { TestKey } from "./test-keys.ts";
import { makeTestKey } from "./test-keys.ts";

/** Everybody who has a part in a test. Keys are made once for a process. */
export interface World {
  readonly situation: Situation;
  readonly trust: SamlTrust;
  readonly expected: ExpectedAnswer;
  readonly idpKey: TestKey;
  /** The provider's next key: not trusted until the connection says so. */
  readonly nextKey: TestKey;
  readonly strangerKey: TestKey;
  /** Ours, for signing and for decryption. */
  readonly spKey: TestKey;
}

export const NOW = Date.parse("2026-11-22T10:00:00Z");
export const REQUEST_ID = "_0123456789abcdef0123456789abcdef";

const [idpKey, nextKey, strangerKey, spKey] = [
  makeTestKey("idp.example"),
  makeTestKey("next.idp.example"),
  makeTestKey("stranger.example"),
  makeTestKey("sp.example"),
];

/** A provider and a connection that trusts it, at a quiet moment. */
export function createWorld(trust: Partial<SamlTrust> = {}): World {
  const situation: Situation = {
    idpEntityId: "https://idp.example/metadata",
    spEntityId: "https://holdfast.example/saml/c1",
    acsUrl: "https://holdfast.example/saml/c1/acs",
    requestId: REQUEST_ID,
    nowMs: NOW,
  };
  return {
    situation,
    expected: { requestId: REQUEST_ID, issuedAt: NOW - 30_000, forceAuthn: false },
    trust: {
      spEntityId: situation.spEntityId,
      acsUrl: situation.acsUrl,
      sloUrl: "https://holdfast.example/saml/c1/slo",
      idpEntityId: situation.idpEntityId,
      sso: { url: "https://idp.example/sso", binding: "redirect" },
      idpSlo: { url: "https://idp.example/slo", binding: "redirect" },
      certificates: [{ pem: idpKey.certificatePem, state: "active" }],
      nameIdFormat: PERSISTENT,
      wantAssertionsSigned: false,
      signRequests: true,
      authnContexts: [],
      signingKey: spKey,
      decryptionKeys: [spKey],
      ...trust,
    },
    idpKey,
    nextKey,
    strangerKey,
    spKey,
  };
}

/** What the battery makes its documents of. */
export function kitOf({ idpKey, situation, spKey, strangerKey }: World): BatteryKit {
  return { situation, idpKey, strangerKey, encryptionCertificatePem: spKey.certificatePem };
}
