import type { IdpMetadata } from "#saml";
import type { StoredCertificate } from "./records.ts";

const CERTIFICATES_MAX = 4;

/**
 * Certificates after metadata was read. Whoever controls a metadata's address must not thereby control who signs in: of a
 * connection that is on, one that is new waits until somebody activates it, and none that is active goes by itself.
 */
export function mergedCertificates(
  before: readonly StoredCertificate[],
  { certificates }: IdpMetadata,
  isDraft: boolean,
): readonly StoredCertificate[] {
  const state = isDraft || before.length === 0 ? "active" : "next";
  const kept = isDraft ? [] : before;
  const fresh = certificates
    .filter(({ sha256 }) => !kept.some((each) => each.sha256 === sha256))
    .map(
      ({ notAfter, notBefore, pem, sha256, subject }) =>
        ({ pem, sha256, subject, notBefore, notAfter, state }) as const,
    );
  const all = [...kept, ...fresh];
  const live = all.filter((each) => each.state !== "retired");
  return live.length > CERTIFICATES_MAX ? live.slice(0, CERTIFICATES_MAX) : all;
}
