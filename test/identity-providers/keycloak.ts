import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../kit/until.ts";
import { KEYCLOAK_FOLDER } from "./keycloak-folder.ts";
import type { OidcStoryProvider } from "./oidc-story.ts";
import { AUTHORITY, openSecureFront } from "./secure-front.ts";
import { freePort } from "./simplesamlphp.ts";
import type { StoryProvider } from "./story.ts";
import { USERS } from "./users.ts";

/** Why Keycloak cannot be started here; null: it can. */
export const WHY_NOT: string | null = !existsSync(join(KEYCLOAK_FOLDER, "bin/kc.sh"))
  ? "Keycloak is not installed: npm run providers"
  : hasJava()
    ? null
    : "Keycloak needs Java 17 or newer";

/** A running Keycloak, with a realm of people. */
export interface Keycloak extends StoryProvider, OidcStoryProvider, AsyncDisposable {}

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
  // What it tells the server by itself, such as logouts, goes to an address with a certificate of the tests.
  const authority = join(home, "authority.pem");
  await writeFile(authority, AUTHORITY.cert);
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
      `--truststore-paths=${authority}`,
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

  const realm = `${origin}/admin/realms/${REALM}`;
  const headers = { authorization: `Bearer ${longer}`, "content-type": "application/json" };

  async function client(
    settings: Readonly<Record<string, unknown>> & { readonly clientId: string },
  ): Promise<void> {
    const clients = `${realm}/clients`;
    const known = await json<{ id: string }[]>(
      await fetch(`${clients}?clientId=${encodeURIComponent(settings.clientId)}`, { headers }),
    );
    for (const { id } of known) await done(await fetch(`${clients}/${id}`, { method: "DELETE", headers }));
    await done(await fetch(clients, { method: "POST", headers, body: JSON.stringify(settings) }));
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
    async endSessionsOf(user) {
      const [found] = await json<{ id: string }[]>(
        await fetch(`${realm}/users?username=${user}&exact=true`, { headers }),
      );
      if (found === undefined) throw new Error(`Keycloak: there is no ${user}`);
      await done(await fetch(`${realm}/users/${found.id}/logout`, { method: "POST", headers }));
    },
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
  await done(answer.clone());
  return (await answer.json()) as Of;
}

async function done(answer: Response): Promise<void> {
  if (!answer.ok)
    throw new Error(`Keycloak: ${answer.url} was answered ${answer.status} ${await answer.text()}`);
}
