import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { PasskeyRecord } from "../records.ts";

/** Where ceremonies take place: what the settings say, never what a request says. */
export interface RelyingParty {
  /** Host of the public URL (WebAuthn level 3, 5.1.2). */
  readonly id: string;
  readonly origin: string;
  readonly name: string;
}

/** What came of a passkey that was shown. */
export type PasskeyOutcome =
  | { readonly kind: "verified"; readonly counter: number }
  /** Its counter went backwards: there may be a copy of it. */
  | { readonly kind: "clone_suspected" }
  | { readonly kind: "refused" };

/** Loaded with the first ceremony: a server that is asked for none starts without it. */
const webAuthn = () => import("@simplewebauthn/server");

const TIMEOUT_MS = 5 * 60 * 1000;
/** EdDSA, ES256 and RS256, by their COSE numbers. */
const ALGORITHMS = [-8, -7, -257];

/** What a browser needs to make a passkey: one that knows its person and asks them to show who they are. */
export async function registrationOptions(
  party: RelyingParty,
  person: { readonly id: string; readonly email: string; readonly name: string },
  known: readonly PasskeyRecord[],
  challenge: Uint8Array,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await webAuthn();
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID: new Uint8Array(Buffer.from(person.id)),
    userName: person.email,
    userDisplayName: person.name,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    attestationType: "none",
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** Reads a passkey that was made; null: it was not made here, for this, by somebody who showed who they are. */
export async function readRegistration(
  party: RelyingParty,
  response: unknown,
  challenge: string,
): Promise<Pick<PasskeyRecord, "id" | "publicKey" | "counter" | "transports"> | null> {
  const { verifyRegistrationResponse } = await webAuthn();
  try {
    const { registrationInfo, verified } = await verifyRegistrationResponse({
      // Held to its shape by what reads it: whatever is wrong with it is thrown.
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return null;
    const { counter, id, publicKey, transports = [] } = registrationInfo.credential;
    return { id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, transports };
  } catch {
    // One answer for all that can be wrong: the browser's own page knows no more of it either.
    return null;
  }
}

/** What a browser needs to ask for a passkey: whichever it has for this place. */
export async function authenticationOptions(
  party: RelyingParty,
  challenge: Uint8Array,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await webAuthn();
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    userVerification: "required",
  });
}

/** Which passkey a response says it is of; null: it is no response. Nothing of it is verified. */
export function passkeyIdOf(response: unknown): string | null {
  if (typeof response !== "object" || response === null) return null;
  const { id } = response as { readonly id?: unknown };
  return typeof id === "string" && id.length <= 1400 ? id : null;
}

/** Verifies a passkey that was shown: challenge, origin, relying party, that its person was verified, and its counter. */
export async function readAuthentication(
  party: RelyingParty,
  response: unknown,
  challenge: string,
  passkey: PasskeyRecord,
): Promise<PasskeyOutcome> {
  const { counter, id, publicKey, transports } = passkey;
  const { verifyAuthenticationResponse } = await webAuthn();
  try {
    const { authenticationInfo, verified } = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      // The counter is looked at below: that it went backwards is another matter than a wrong signature.
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(publicKey, "base64url")),
        counter: 0,
        transports: [...transports] as never,
      },
    });
    if (!verified) return { kind: "refused" };
    const { newCounter } = authenticationInfo;
    // Passkeys that are kept in several places do not count, and stay at 0 (WebAuthn level 3, 6.1.1).
    const isBackwards = (newCounter > 0 || counter > 0) && newCounter <= counter;
    return isBackwards ? { kind: "clone_suspected" } : { kind: "verified", counter: newCounter };
  } catch {
    return { kind: "refused" };
  }
}
