import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTestKey } from "../../packages/server/src/saml/testing/test-keys.ts";
import { freePort, startProvider } from "./provider-process.ts";
import { openSecureFront } from "./secure-front.ts";
import type { Manners, ServiceProvider } from "./service-provider.ts";
import { PHP, SIMPLESAMLPHP_FOLDER } from "./simplesamlphp-installed.ts";
import { makeFolder } from "./thrown-away-folder.ts";
import { USERS } from "./users.ts";

/** How long it may take until it answers, ms. */
const START_MS = 60_000;

/** A running SimpleSAMLphp. */
export interface SimpleSamlPhp extends AsyncDisposable {
  readonly entityId: string;
  readonly metadataUrl: string;
  /** Makes the server known to it, with these manners. */
  introduce(to: ServiceProvider, manners: Manners): Promise<void>;
}

/** Starts it on a free port with a folder of its own; requests must be signed. */
export async function startSimpleSamlPhp(): Promise<SimpleSamlPhp> {
  // Whatever of it does not begin, nothing of it stays.
  await using begun = new AsyncDisposableStack();
  const { path: home } = begun.use(await makeFolder("simplesamlphp"));
  const port = await freePort();
  const front = begun.use(await openSecureFront());
  front.target = port;
  const { origin } = front;
  const entityId = `${origin}/idp`;
  const key = makeTestKey("simplesamlphp.test");
  for (const folder of ["config", "metadata", "cert", "log", "data", "tmp", "sessions"])
    await mkdir(join(home, folder));
  await writeFile(join(home, "cert/idp.crt"), key.certificatePem);
  await writeFile(join(home, "cert/idp.key"), key.privateKeyPem);
  const php = (name: string, text: string): Promise<void> => writeFile(join(home, name), `<?php\n${text}\n`);
  await php(
    "config/config.php",
    `$config = [
      'baseurlpath' => '${origin}/', 'certdir' => '${home}/cert/', 'loggingdir' => '${home}/log/',
      'datadir' => '${home}/data/', 'tempdir' => '${home}/tmp', 'metadatadir' => '${home}/metadata',
      'secretsalt' => 'a salt for tests that is long enough', 'auth.adminpassword' => 'nobody-signs-in-as-admin',
      'timezone' => 'UTC', 'logging.handler' => 'file', 'logging.level' => 4, 'enable.saml20-idp' => true,
      'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
      'store.type' => 'phpsession', 'session.phpsession.savepath' => '${home}/sessions',
      'session.cookie.name' => 'ssp', 'session.phpsession.cookiename' => 'ssp-php', 'session.cookie.secure' => true,
      'session.cookie.samesite' => null, 'language.default' => 'en', 'language.available' => ['en'],
      'production' => true, 'metadata.sources' => [['type' => 'flatfile']], 'trusted.url.domains' => null,
    ];`,
  );
  const users = Object.entries(USERS)
    .map(
      ([uid, { email, groups, password }]) =>
        `"${uid}:${password}" => ['uid' => ['${uid}'], 'email' => ['${email}'], 'name' => ['${uid}'], 'groups' => ${JSON.stringify(groups)}],`,
    )
    .join("\n");
  await php("config/authsources.php", `$config = ['users' => ['exampleauth:UserPass', ${users}]];`);
  await php(
    "metadata/saml20-idp-hosted.php",
    `$metadata['${entityId}'] = [
      'host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'users',
      'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      'sign.logout' => true, 'validate.logout' => true,
      'NameIDFormat' => ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
      'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
      'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid',
        'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent']],
    ];`,
  );
  await php("metadata/saml20-sp-remote.php", "$metadata = [];");
  const program = begun.use(
    await startProvider({
      name: "SimpleSAMLphp",
      command: PHP,
      args: `-d display_errors=0 -d opcache.enable=0 -S 127.0.0.1:${port} -t ${SIMPLESAMLPHP_FOLDER}/www`.split(
        " ",
      ),
      env: {
        PATH: process.env["PATH"],
        SIMPLESAMLPHP_CONFIG_DIR: join(home, "config"),
        PHP_CLI_SERVER_WORKERS: "4",
      },
    }),
  );
  const metadataUrl = `${origin}/saml2/idp/metadata.php`;
  await program.answers(`http://127.0.0.1:${port}/saml2/idp/metadata.php`, START_MS);
  const running = begun.move();
  return {
    entityId,
    metadataUrl,
    introduce: (
      { acsUrl, encryptionCertificate, entityId: of, signingCertificate, sloUrl },
      { encrypts, signs },
    ) => {
      const bare = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, "");
      return php(
        "metadata/saml20-sp-remote.php",
        `$metadata['${of}'] = [
          'AssertionConsumerService' => [['Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', 'Location' => '${acsUrl}', 'index' => 0]],
          'SingleLogoutService' => [['Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', 'Location' => '${sloUrl}']],
          'keys' => [
            ['type' => 'X509Certificate', 'signing' => true, 'encryption' => false, 'X509Certificate' => '${bare(signingCertificate)}'],
            ['type' => 'X509Certificate', 'signing' => false, 'encryption' => true, 'X509Certificate' => '${bare(encryptionCertificate)}'],
          ],
          'validate.authnrequest' => true, 'sign.logout' => true, 'validate.logout' => true,
          'saml20.sign.assertion' => ${signs !== "response"}, 'saml20.sign.response' => ${signs !== "assertion"},
          'assertion.encryption' => ${encrypts},
          'simplesaml.nameidattribute' => 'uid',
        ];`,
      );
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
