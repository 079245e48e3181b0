import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../kit/until.ts";
import { KEYCLOAK_FOLDER } from "./keycloak-folder.ts";
import { openSecureFront } from "./secure-front.ts";
import type { Manners, ServiceProvider } from "./simplesamlphp.ts";
import { freePort, USERS } from "./simplesamlphp.ts";

/** Why Keycloak cannot be started here; null: it can. */
export const WHY_NOT: string | null = !existsSync(join(KEYCLOAK_FOLDER, "bin/kc.sh"))
  ? "Keycloak is not installed: npm run providers"
  : hasJava()
    ? null
    : "Keycloak needs Java 17 or newer";

/** A running Keycloak, with a realm of people. */
export interface Keycloak extends AsyncDisposable {
  readonly metadataUrl: string;
  readonly issuer: string;
  /** Makes the server known to it as a SAML client, with these manners. */
  introduce(to: ServiceProvider, manners: Manners): Promise<void>;
  /** Makes the server known to it as a client of OpenID Connect. */
  introduceOidc(client: {
    readonly id: string;
    readonly secret: string;
    readonly redirectUri: string;
    readonly backchannelLogoutUri: string;
    readonly signedOutUri: string;
  }): Promise<void>;
}

const REALM = "people";
const ADMIN = { name: "admin", password: "for the tests alone" };

function hasJava(): boolean {
  try {
    execFileSync("java", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Starts it on a free port, on a copy of its folder that is thrown away. */
export async function startKeycloak(): Promise<Keycloak> {
  const home = await mkdtemp(join(tmpdir(), "holdfast-keycloak-"));
  await cp(KEYCLOAK_FOLDER, home, { recursive: true });
  const port = await freePort();
  const front = await openSecureFront();
  front.target = port;
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(
    "bash",
    [
      join(home, "bin/kc.sh"),
      "start",
      "--optimized",
      "--http-enabled=true",
      "--http-host=127.0.0.1",
      `--http-port=${port}`,
      `--hostname=${front.origin}`,
      "--proxy-headers=xforwarded",
    ],
    {
      env: {
        PATH: process.env["PATH"],
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.name,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
        JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m",
      },
      stdio: "ignore",
      detached: true,
    },
  );
  await until(
    "Keycloak answers",
    async () => (await fetch(`${origin}/realms/master`).catch(() => null))?.status === 200,
    { timeoutMs: 150_000 },
  );
  const { access_token: token } = await json<{ access_token: string }>(
    await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        client_id: "admin-cli",
        username: ADMIN.name,
        password: ADMIN.password,
      }),
    }),
  );

  async function admin(method: string, path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${origin}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok)
      throw new Error(`Keycloak: ${method} ${path} was answered ${answer.status} ${await answer.text()}`);
  }

  await admin("POST", "", {
    realm: REALM,
    enabled: true,
    // The admin's token is good for a minute, which is enough for a realm and not for a story.
    groups: [{ name: "chiefs" }, { name: "staff" }],
    users: Object.entries(USERS).map(([username, { email, groups, password }]) => ({
      username,
      email,
      emailVerified: true,
      firstName: username,
      lastName: "of the realm",
      enabled: true,
      groups,
      credentials: [{ type: "password", value: password, temporary: false }],
    })),
  });
  await admin("PUT", "/master", { accessTokenLifespan: 3600 });
  const { access_token: longer } = await json<{ access_token: string }>(
    await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        client_id: "admin-cli",
        username: ADMIN.name,
        password: ADMIN.password,
      }),
    }),
  );

  async function client(
    settings: Readonly<Record<string, unknown>> & { readonly clientId: string },
  ): Promise<void> {
    const headers = { authorization: `Bearer ${longer}`, "content-type": "application/json" };
    const clients = `${origin}/admin/realms/${REALM}/clients`;
    const known = await json<{ id: string }[]>(
      await fetch(`${clients}?clientId=${encodeURIComponent(settings.clientId)}`, { headers }),
    );
    for (const { id } of known) await fetch(`${clients}/${id}`, { method: "DELETE", headers });
    const made = await fetch(clients, { method: "POST", headers, body: JSON.stringify(settings) });
    if (!made.ok) throw new Error(`Keycloak: the client was answered ${made.status} ${await made.text()}`);
  }

  const bare = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, "");
  return {
    metadataUrl: `${front.origin}/realms/${REALM}/protocol/saml/descriptor`,
    issuer: `${front.origin}/realms/${REALM}`,
    introduce: (
      { acsUrl, encryptionCertificate, entityId, signingCertificate, sloUrl },
      { encrypts, signs },
    ) =>
      client({
        clientId: entityId,
        protocol: "saml",
        redirectUris: [acsUrl, sloUrl],
        frontchannelLogout: true,
        attributes: {
          "saml.assertion.signature": String(signs !== "response"),
          "saml.server.signature": String(signs !== "assertion"),
          "saml.client.signature": "true",
          "saml.encrypt": String(encrypts),
          "saml.encryption.algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm",
          "saml.encryption.keyAlgorithm": "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
          // The digest with which the engine reads it; by default it is another one.
          "saml.encryption.digestMethod": "http://www.w3.org/2000/09/xmldsig#sha1",
          "saml.signature.algorithm": "RSA_SHA256",
          "saml.signing.certificate": bare(signingCertificate),
          "saml.encryption.certificate": bare(encryptionCertificate),
          "saml.force.post.binding": "true",
          "saml.authnstatement": "true",
          saml_name_id_format: "persistent",
          saml_force_name_id_format: "true",
          saml_assertion_consumer_url_post: acsUrl,
          saml_single_logout_service_url_redirect: sloUrl,
        },
        protocolMappers: [
          mapper("email", "saml-user-property-mapper", {
            "user.attribute": "email",
            "attribute.name": "email",
          }),
          mapper("name", "saml-user-property-mapper", {
            "user.attribute": "firstName",
            "attribute.name": "name",
          }),
          mapper("groups", "saml-group-membership-mapper", {
            "attribute.name": "groups",
            "full.path": "false",
            single: "true",
          }),
        ],
      }),
    introduceOidc: ({ backchannelLogoutUri, id, redirectUri, secret, signedOutUri }) =>
      client({
        clientId: id,
        protocol: "openid-connect",
        secret,
        redirectUris: [redirectUri],
        standardFlowEnabled: true,
        attributes: {
          "backchannel.logout.url": backchannelLogoutUri,
          "backchannel.logout.session.required": "true",
          "pkce.code.challenge.method": "S256",
          "post.logout.redirect.uris": signedOutUri,
        },
        protocolMappers: [
          {
            name: "groups",
            protocol: "openid-connect",
            protocolMapper: "oidc-group-membership-mapper",
            config: {
              "claim.name": "groups",
              "full.path": "false",
              "id.token.claim": "true",
              "userinfo.token.claim": "true",
            },
          },
        ],
      }),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await ended;
      await front[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function mapper(name: string, protocolMapper: string, config: Readonly<Record<string, string>>) {
  return {
    name,
    protocol: "saml",
    protocolMapper,
    config: { "attribute.nameformat": "Basic", "friendly.name": name, ...config },
  };
}

async function json<Of>(answer: Response): Promise<Of> {
  if (!answer.ok) throw new Error(`Keycloak answered ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Of;
}
