import type { Profile } from "@node-saml/node-saml";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import type { SamlTrust, SpKeyPair } from "./contract.ts";
import type { TrustedCertificate } from "./trusted-certificates.ts";

/** How a response is given to the engine. */
export interface EngineTask {
  readonly text: string;
  readonly certificates: readonly TrustedCertificate[];
  readonly isResponseSigned: boolean;
  readonly mustAssertionBeSigned: boolean;
  readonly decryptionKey: SpKeyPair | null;
}

/** What the engine proved. */
export interface EngineVerdict {
  /** The assertion, serialised from verified bytes. The only text that anything is read from afterwards. */
  readonly assertionXml: string;
  /** The NameID as the engine reads it; null: it refuses what it verified. Compared with ours, never used. */
  readonly nameId: string | null;
}

/**
 * Has node-saml verify the response and hand out the assertion that it verified. What the engine thinks of times, audience
 * and subject is not asked: those checks are ours, with their own codes. Its profile is an object whose members a document
 * names, so nothing but the NameID is ever taken from it.
 *
 * @returns null when it proves nothing
 */
export async function verifyWithEngine(task: EngineTask, trust: SamlTrust): Promise<EngineVerdict | null> {
  const engine = new Engine(task, trust);
  const SAMLResponse = Buffer.from(task.text).toString("base64");
  try {
    await engine.validatePostResponseAsync({ SAMLResponse });
  } catch {
    // Said below: a refusal before the assertion was proven leaves no verdict. Its words quote the document.
  }
  return engine.verdict;
}

class Engine extends SAML {
  verdict: EngineVerdict | null = null;

  constructor(task: EngineTask, trust: SamlTrust) {
    super({
      callbackUrl: trust.acsUrl,
      issuer: trust.spEntityId,
      idpCert: task.certificates.map(({ pem }) => pem),
      wantAuthnResponseSigned: task.isResponseSigned,
      wantAssertionsSigned: task.mustAssertionBeSigned,
      validateInResponseTo: ValidateInResponseTo.never,
      audience: false,
      acceptedClockSkewMs: -1,
      ...(task.decryptionKey === null ? {} : { decryptionPvk: task.decryptionKey.privateKeyPem }),
    });
  }

  /** Called by the engine once a signature has proven the assertion. */
  protected override async processValidlySignedAssertionAsync(
    xml: string,
    samlResponseXml: string,
    inResponseTo: string | null,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    this.verdict = { assertionXml: xml, nameId: null };
    const result = await super.processValidlySignedAssertionAsync(xml, samlResponseXml, inResponseTo ?? "");
    this.verdict = { assertionXml: xml, nameId: result.profile.nameID };
    return result;
  }
}
