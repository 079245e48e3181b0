/** What a provider has to know of the server. */
export interface ServiceProvider {
  readonly entityId: string;
  readonly acsUrl: string;
  readonly sloUrl: string;
  readonly signingCertificate: string;
  readonly encryptionCertificate: string;
}

/** How a provider signs and hides what it says. */
export interface Manners {
  readonly signs: "assertion" | "response" | "both";
  readonly encrypts: boolean;
}
