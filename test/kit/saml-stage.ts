import { inflateRawSync } from "node:zlib";
import type { BatteryKit } from "../../packages/server/src/saml/testing/battery.ts";
import type {
  IssueOptions,
  Situation,
  Statement,
} from "../../packages/server/src/saml/testing/identity-provider.ts";
import {
  encodeForPost,
  issueResponse,
  ordinaryStatement,
  PERSISTENT,
} from "../../packages/server/src/saml/testing/identity-provider.ts";
import { makeTestKey } from "../../packages/server/src/saml/testing/test-keys.ts";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import type { Page } from "./page.ts";

import type { TestServer } from "./test-server.ts";

export const IDP_KEY = makeTestKey("idp.example");
export const STRANGER_KEY = makeTestKey("stranger.example");
const IDP_ENTITY_ID = "https://idp.example/metadata";

/** A connection to a provider that says whatever a test wants. */
export interface SamlStage {
  readonly id: string;
  readonly owner: Page;
  /** What battery documents are made of, for a visit that was begun. */
  kit(visit: SamlVisit): BatteryKit;
  /** Begins a sign-in in a browser, up to the provider's door. */
  visit(page: Page, email?: string): Promise<SamlVisit>;
  /** Goes on from a path that leads to the provider. */
  follow(page: Page, url: string): Promise<SamlVisit>;
  /** Posts a response as the browser would. */
  post(page: Page, encoded: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The whole way: there, and back with what the provider says. */
  signIn(page: Page, says: Partial<Statement>, options?: Partial<IssueOptions>): Promise<Answer>;
  /** A test by the owner; its result is what an administrator sees. */
  test(says: Partial<Statement>): Promise<SamlTest>;
}

export interface SamlVisit {
  readonly situation: Situation;
  /** The address of the provider with the request in it. */
  readonly location: string;
  /** The request as it was written. */
  readonly xml: string;
  readonly relayState: string | null;
}

export interface SamlTest {
  readonly state: string;
  readonly code?: string;
  readonly outcome?: string;
  readonly checks: readonly { readonly name: string; readonly passed: boolean }[];
  readonly grants?: readonly { readonly role: string }[];
}

/** What a provider says of somebody. */
export function person(
  nameId: string,
  email: string,
  groups: readonly string[] = ["staff"],
): Partial<Statement> {
  return {
    nameId: `<saml:NameID Format="${PERSISTENT}">${nameId}</saml:NameID>`,
    attributes: [
      ["email", email],
      ["name", nameId],
      ["groups", ...groups],
    ],
  };
}

/** Sets up a connection that was tested, is optional, and speaks of `example.org`. `staff` are viewers, `chiefs` admins. */
export async function stageSaml(
  server: TestServer,
  owner: Page,
  settings: {
    readonly name?: string;
    readonly domain?: string;
    readonly entityId?: string;
    readonly isEnabled?: boolean;
  } = {},
): Promise<SamlStage> {
  const {
    domain = "example.org",
    entityId = IDP_ENTITY_ID,
    isEnabled = true,
    name = "Example IdP",
  } = settings;
  const { id } = await owner.admin<{ id: string }>("POST", "/sso", { kind: "saml", name });
  await owner.admin("POST", `/sso/${id}`, {
    identity_provider: {
      entity_id: entityId,
      sso_url: "https://idp.example/sso",
      slo_url: "https://idp.example/slo",
      certificate: IDP_KEY.certificatePem,
    },
    attributes: { email: "email", name: "name", groups: "groups" },
    groups: [
      { group: "staff", role: "viewer", environments: null },
      { group: "chiefs", role: "admin", environments: null },
    ],
    options: { name_id_format: PERSISTENT },
  });
  await owner.admin("POST", "/domains", { domain, connection: id });
  await request(server, "POST", `/holdfast/v1/admin/domains/${domain}/trust`, {
    authorized: false,
    headers: { authorization: `Bearer ${server.operatorToken}` },
  });

  const base = `${server.url}/saml/${id}`;
  async function follow(page: Page, url: string): Promise<SamlVisit> {
    const { headers } = await page.ask("GET", url);
    const location = String(headers["location"]);
    const query = new URL(location).searchParams;
    const xml = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString();
    const [, requestId = ""] = / ID="([^"]+)"/.exec(xml) ?? [];
    return {
      situation: {
        idpEntityId: entityId,
        spEntityId: base,
        acsUrl: `${base}/acs`,
        requestId,
        nowMs: Date.now(),
      },
      location,
      xml,
      relayState: query.get("RelayState"),
    };
  }
  function post(page: Page, encoded: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const form = new URLSearchParams({ SAMLResponse: encoded, ...fields });
    return page.ask("POST", `/saml/${id}/acs`, form.toString(), {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "cross-site",
      origin: "https://idp.example",
      "x-csrf": null,
    });
  }
  const issued = (
    { situation }: SamlVisit,
    says: Partial<Statement>,
    options: Partial<IssueOptions> = {},
  ): string =>
    encodeForPost(
      issueResponse({ ...ordinaryStatement(situation), ...says }, { mode: "both", key: IDP_KEY, ...options }),
    );

  const stage: SamlStage = {
    id,
    owner,
    kit({ situation }) {
      const encryptionCertificatePem = certificates[1] ?? "";
      return { situation, idpKey: IDP_KEY, strangerKey: STRANGER_KEY, encryptionCertificatePem };
    },
    async visit(page, email = `somebody@${domain}`) {
      const { url = "" } = await page.act<{ url?: string }>("/sign-in", { email });
      return follow(page, url);
    },
    follow,
    post,
    async signIn(page, says, options) {
      const visit = await stage.visit(page);
      return post(page, issued(visit, says, options));
    },
    async test(says) {
      const { handle, url } = await owner.admin<{ url: string; handle: string }>("POST", `/sso/${id}/test`);
      const visit = await follow(owner, url);
      await post(owner, issued(visit, says));
      return owner.admin<SamlTest>("GET", `/sso/${id}/tests/${handle}`);
    },
  };
  const { service_provider: ours } = await owner.admin<{ service_provider: { certificates: string[] } }>(
    "GET",
    `/sso/${id}`,
  );
  const { certificates } = ours;
  if (isEnabled) {
    const result = await stage.test(person("u-0", `tester@${domain}`));
    if (result.state !== "passed") throw new Error(`The test was refused: ${JSON.stringify(result)}`);
    await owner.admin("POST", `/sso/${id}/enable`, { state: "optional" });
  }
  return stage;
}
