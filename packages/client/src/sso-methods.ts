import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import type {
  ConnectionChange,
  ConnectionState,
  ConnectionToMake,
  DomainInfo,
  MapPreview,
  MetadataPreview,
  MetadataSource,
  SsoConnection,
  SsoTest,
} from "./sso-shapes.ts";

/** What operators can do with identity providers. */
export interface SsoMethods {
  ssoConnections(): Promise<readonly SsoConnection[]>;
  ssoConnection(id: string): Promise<SsoConnection>;
  createSsoConnection(connection: ConnectionToMake): Promise<SsoConnection>;
  changeSsoConnection(id: string, change: ConnectionChange): Promise<SsoConnection>;
  removeSsoConnection(id: string): Promise<void>;
  /** Reads metadata and keeps nothing of it. */
  previewMetadata(source: MetadataSource): Promise<MetadataPreview>;
  takeMetadata(id: string, source: MetadataSource): Promise<SsoConnection>;
  activateCertificate(id: string, sha256: string): Promise<void>;
  /** Makes the next key pairs of our end, lets them take over, or gives them up. */
  changeOwnKeys(id: string, step: "prepare" | "turn" | "give-up"): Promise<void>;
  retireCertificate(id: string, sha256: string): Promise<void>;
  previewMapping(id: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<MapPreview>;
  /** `url`: where the test is done, in a window of its own. */
  beginSsoTest(id: string): Promise<{ readonly url: string; readonly handle: string }>;
  ssoTest(id: string, handle: string): Promise<SsoTest>;
  enableSso(id: string, state: Exclude<ConnectionState, "draft">, reason?: string): Promise<SsoConnection>;
  confirmSso(id: string): Promise<void>;
  breakGlassCodes(): Promise<{ readonly codes: readonly string[] }>;
}

/** Domains whose addresses sign in at a connection, and the directories that send their people. */
export interface DirectoryMethods {
  domains(): Promise<readonly DomainInfo[]>;
  addDomain(domain: string, connection: string): Promise<DomainInfo>;
  verifyDomain(domain: string): Promise<DomainInfo>;
  /** Takes the operator's word for it. */
  trustDomain(domain: string): Promise<DomainInfo>;
  removeDomain(domain: string): Promise<void>;
  /** `token` is shown this once. */
  createScim(connection: string): Promise<{ readonly base_url: string; readonly token: string }>;
  rotateScim(connection: string): Promise<{ readonly base_url: string; readonly token: string }>;
  removeScim(connection: string): Promise<void>;
}

const SSO = "/holdfast/v1/admin/sso";
const DOMAINS = "/holdfast/v1/admin/domains";

export function ssoMethods({ answer, data }: Asking): SsoMethods {
  const post = <T>(purpose: string, where: string, body: unknown = {}): Promise<T> =>
    data<T>({ purpose, path: SSO + where, method: "POST", body });
  const act = async (purpose: string, where: string, body: unknown = {}): Promise<void> => {
    await answer({ purpose, path: SSO + where, method: "POST", body });
  };
  return {
    ssoConnections: () => data({ purpose: "list connections", path: SSO, method: "GET" }),
    ssoConnection: (id) => data({ purpose: "read the connection", path: SSO + path(id), method: "GET" }),
    createSsoConnection: (connection) => post("make a connection", "", connection),
    changeSsoConnection: (id, change) => post("change the connection", path(id), change),
    removeSsoConnection: (id) => act("remove the connection", path(id, "remove")),
    previewMetadata: (source) => post("read the metadata", "/metadata", source),
    takeMetadata: (id, source) => post("take the metadata", path(id, "metadata"), source),
    changeOwnKeys: (id, step) => act("change our own keys", path(id, "own-keys", step)),
    activateCertificate: (id, sha256) =>
      act("activate the certificate", path(id, "certificates", sha256, "activate")),
    retireCertificate: (id, sha256) =>
      act("retire the certificate", path(id, "certificates", sha256, "retire")),
    previewMapping: (id, attributes) => post("try the mapping", path(id, "map-preview"), { attributes }),
    beginSsoTest: (id) => post("begin a test", path(id, "test")),
    ssoTest: (id, handle) =>
      data({ purpose: "read the test", path: SSO + path(id, "tests", handle), method: "GET" }),
    enableSso: (id, state, reason) =>
      post("change the connection", path(id, "enable"), {
        state,
        ...(reason === undefined ? {} : { reason }),
      }),
    confirmSso: (id) => act("confirm the connection", path(id, "confirm")),
    breakGlassCodes: () => post("make break-glass codes", "/break-glass-codes"),
  };
}

export function directoryMethods({ answer, data }: Asking): DirectoryMethods {
  return {
    domains: () => data({ purpose: "list domains", path: DOMAINS, method: "GET" }),
    addDomain: (domain, connection) =>
      data({ purpose: "add the domain", path: DOMAINS, method: "POST", body: { domain, connection } }),
    verifyDomain: (domain) =>
      data({
        purpose: "look for the record",
        path: DOMAINS + path(domain, "verify"),
        method: "POST",
        body: {},
      }),
    trustDomain: (domain) =>
      data({
        purpose: "trust the domain",
        path: DOMAINS + path(domain, "trust"),
        method: "POST",
        body: {},
      }),
    async removeDomain(domain) {
      await answer({
        purpose: "remove the domain",
        path: DOMAINS + path(domain, "remove"),
        method: "POST",
        body: {},
      });
    },
    createScim: (connection) =>
      data({
        purpose: "make a token for the directory",
        path: SSO + path(connection, "scim"),
        method: "POST",
        body: {},
      }),
    rotateScim: (connection) =>
      data({
        purpose: "make a new token for the directory",
        path: SSO + path(connection, "scim", "rotate"),
        method: "POST",
        body: {},
      }),
    async removeScim(connection) {
      await answer({
        purpose: "end the directory's access",
        path: SSO + path(connection, "scim", "remove"),
        method: "POST",
        body: {},
      });
    },
  };
}
