import type { Client, SignInStep } from "@holdfast/client";
import type { WorkChallenge } from "@holdfast/protocol";
import { findWorkProof, isHoldfastError } from "@holdfast/protocol";
import { digest } from "../platform/digest.ts";
import { pause } from "../platform/pause.ts";

/** Numbers that are tried before the page may draw again. */
const STRETCH = 4000;

/** Signs in with a password; where passwords take a proof of work for the moment, it is done first. */
export async function signInByPassword(
  client: Pick<Client, "signInChallenge" | "signInWithPassword">,
  given: { readonly email: string; readonly password: string; readonly emergencyCode?: string },
): Promise<SignInStep> {
  const { email, emergencyCode, password } = given;
  const code = emergencyCode === undefined ? {} : { emergencyCode };
  try {
    return await client.signInWithPassword(email, password, code);
  } catch (error) {
    if (!isHoldfastError(error) || error.details["code"] !== "challenge_required") throw error;
    const { challenge } = await client.signInChallenge();
    const proof = challenge === null ? {} : { proof: await work(challenge) };
    return client.signInWithPassword(email, password, { ...code, ...proof });
  }
}

async function work(challenge: WorkChallenge): Promise<string> {
  for (let from = 0; ; from += STRETCH) {
    const proof = findWorkProof(challenge, digest, from, STRETCH);
    if (proof !== null) return proof;
    await pause();
  }
}
