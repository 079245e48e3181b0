import { HoldfastError } from "@holdfast/protocol";
import type { SpKeyPair } from "#saml";
import type { Vault } from "#vault";
import type { OwnKeyPairs, SamlConnectionRecord, StoredKeyPair } from "./records.ts";

/** Our own key pairs of a connection, opened: what signs, what is announced, and what opens. */
export interface OwnKeys {
  readonly signing: SpKeyPair;
  /** The certificate that will sign after the next turn; null: none is announced. */
  readonly nextSigningCertificatePem: string | null;
  /** Those that a provider may encrypt for. */
  readonly encryptionCertificatesPem: readonly string[];
  /** Those that open what it encrypted: also of before the last turn, since a provider reads metadata when it likes. */
  readonly decryptionKeys: readonly [SpKeyPair, ...SpKeyPair[]];
}

type Keys = Pick<SamlConnectionRecord, "formerDecryption" | "keys" | "nextKeys">;

/**
 * Our key pairs change over in two steps, as a provider's do: the next ones are announced in the metadata and made known there, and
 * then take over. What was encrypted for the ones before can be read until the change after that.
 */
export interface OwnKeyChange {
  /** The first pairs of a connection. */
  make(id: string): Promise<OwnKeyPairs>;
  open(id: string, keys: Keys): OwnKeys;
  /** @throws HoldfastError `conflict` when the next ones are there */
  prepared(id: string, keys: Keys): Promise<Keys>;
  /** @throws HoldfastError `conflict` when there are none */
  turned(id: string, keys: Keys): Keys;
  /** @throws HoldfastError `conflict` when there are none */
  givenUp(keys: Keys): Keys;
}

/** @param host what the certificates are named by */
export function createOwnKeyChange({
  host,
  newKeyPair,
  vault,
}: {
  readonly vault: Vault;
  readonly host: () => string;
  readonly newKeyPair: (commonName: string) => Promise<SpKeyPair>;
}): OwnKeyChange {
  const seal = (id: string, field: string, { certificatePem, privateKeyPem }: SpKeyPair): StoredKeyPair => ({
    certificatePem,
    privateKey: vault.seal(privateKeyPem, { kind: "sso-connection", id, field }),
  });
  const open = (id: string, field: string, { certificatePem, privateKey }: StoredKeyPair): SpKeyPair => ({
    certificatePem,
    privateKeyPem: vault.open(privateKey, { kind: "sso-connection", id, field }),
  });

  async function pairs(id: string, prefix: string): Promise<OwnKeyPairs> {
    const [signing, decryption] = [await newKeyPair(host()), await newKeyPair(host())];
    return {
      signing: seal(id, `${prefix}signing`, signing),
      decryption: seal(id, `${prefix}decryption`, decryption),
    };
  }

  function nextOf({ nextKeys = null }: Keys): OwnKeyPairs {
    if (nextKeys !== null) return nextKeys;
    throw new HoldfastError("conflict", "There are no next keys: make them first.");
  }

  return {
    make: (id) => pairs(id, ""),
    open(id, { formerDecryption = null, keys, nextKeys = null }) {
      const decryption = open(id, "decryption", keys.decryption);
      const next = nextKeys === null ? [] : [open(id, "next_decryption", nextKeys.decryption)];
      const former = formerDecryption === null ? [] : [open(id, "former_decryption", formerDecryption)];
      return {
        signing: open(id, "signing", keys.signing),
        nextSigningCertificatePem: nextKeys?.signing.certificatePem ?? null,
        encryptionCertificatesPem: [decryption, ...next].map(({ certificatePem }) => certificatePem),
        decryptionKeys: [decryption, ...next, ...former],
      };
    },
    async prepared(id, { formerDecryption = null, keys, nextKeys = null }) {
      if (nextKeys !== null)
        throw new HoldfastError("conflict", "The next keys are there already, and wait to take over.");
      return { keys, formerDecryption, nextKeys: await pairs(id, "next_") };
    },
    turned(id, before) {
      const { decryption, signing } = nextOf(before);
      // What is sealed for one place opens in no other.
      return {
        keys: {
          signing: seal(id, "signing", open(id, "next_signing", signing)),
          decryption: seal(id, "decryption", open(id, "next_decryption", decryption)),
        },
        nextKeys: null,
        formerDecryption: seal(id, "former_decryption", open(id, "decryption", before.keys.decryption)),
      };
    },
    givenUp(before) {
      nextOf(before);
      return { keys: before.keys, formerDecryption: before.formerDecryption ?? null, nextKeys: null };
    },
  };
}
