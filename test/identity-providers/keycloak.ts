import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KEYCLOAK_FOLDER } from "./keycloak-installed.ts";
import type { OidcStoryProvider } from "./oidc-story.ts";
import { freePort, startProvider } from "./provider-process.ts";
import { AUTHORITY, openSecureFront } from "./secure-front.ts";
import type { StoryProvider } from "./story.ts";
import { makeFolder } from "./thrown-away-folder.ts";
import { USERS } from "./users.ts";

/** How long it may take until it answers, ms. */
const START_MS = 150_000;

/** A running Keycloak, with a realm of people. */
export interface Keycloak extends StoryProvider, OidcStoryProvider, AsyncDisposable {}

const REALM = "people";
const ADMIN = { name: "admin", password: "for the tests alone" };

/** Starts it on a free port, on a copy of its folder that is thrown away. @param installed where its folder is */
export async function startKeycloak(installed = KEYCLOAK_FOLDER): Promise<Keycloak> {
  // Whatever of it does not begin, nothing of it stays.
  await using begun = new AsyncDisposableStack();
  const { path: home } = begun.use(await makeFolder("keycloak"));
  await cp(installed, home, { recursive: true });
  // What it tells the server by itself, such as logouts, goes to an address with a certificate of the tests.
  const authority = join(home, "authority.pem");
  await writeFile(authority, AUTHORITY.cert);
  const port = await freePort();
  const front = begun.use(await openSecureFront());
  front.target = port;
  const origin = `http://127.0.0.1:${port}`;
  const program = begun.use(
    await startProvider({
      name: "Keycloak",
      command: "bash",
      args: [
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
      env: {
        PATH: process.env["PATH"],
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.name,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
        JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m",
      },
    }),
  );
  await program.answers(`${origin}/realms/master`, START_MS);
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

  const running = begun.move();
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
        // Otherwise it would take any secret, and none.
        publicClient: false,
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
    [Symbol.asyncDispose]: () => running.disposeAsync(),
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
