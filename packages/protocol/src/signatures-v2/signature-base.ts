import type { Component, SignatureAlgorithm, SignatureTag } from "./profile.ts";

/** Parameters of a signature, in the order in which the profile writes them. */
export interface SignatureParameters {
  /** Unix seconds. */
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
  readonly keyId: string;
  readonly alg: SignatureAlgorithm;
  readonly tag: SignatureTag;
}

/** The value of a `Signature-Input` member: the covered components and the parameters (RFC 9421, 2.3). */
export function signatureParams(components: readonly Component[], parameters: SignatureParameters): string {
  const { alg, created, expires, keyId, nonce, tag } = parameters;
  const names = components.map(([name]) => `"${name}"`).join(" ");
  return `(${names});created=${created};expires=${expires};nonce="${nonce}";keyid="${keyId}";alg="${alg}";tag="${tag}"`;
}

/** The text that is signed (RFC 9421, 2.5). `params` is the value of the `Signature-Input` member. */
export function signatureBase(components: readonly Component[], params: string): string {
  return [...components, ["@signature-params", params] as const]
    .map(([name, value]) => `"${name}": ${value}`)
    .join("\n");
}
