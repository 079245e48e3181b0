import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Provider } from "oidc-provider";
import { request } from "../http/request.ts";
import type { Answer } from "../http/request.ts";
import type { Page } from "./page.ts";
import type { TestServer } from "./test-server.ts";

export const CLIENT_SECRET = "a client secret that nobody guesses";

/** A provider of OpenID Connect that nobody here wrote, and a connection to it that speaks of `example.org`. */
export interface OidcStage extends AsyncDisposable {
  readonly id: string;
  readonly issuer: string;
  /** Begins a sign-in in a browser: the provider's address. */
  visit(page: Page): Promise<string>;
  /** Signs in at the provider as this person, with a browser of its own there; the address it sends the browser back to. */
  signInThere(location: string, login: string): Promise<string>;
  /** Back to the server, as the browser would go. */
  comeBack(page: Page, callback: string): Promise<Answer>;
  /** The whole way. */
  signIn(page: Page, login: string): Promise<Answer>;
}

/** Starts a listener on this machine. @param handle may be replaced until it listens */
export async function listenLocally(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

/** Makes a connection to an issuer. It was not tested, and is a draft. */
export async function connectOidc(server: TestServer, owner: Page, issuer: string): Promise<string> {
  const { id } = await owner.admin<{ id: string }>("POST", "/sso", {
    kind: "oidc",
    name: "Example OIDC",
    issuer,
    client_id: "holdfast",
    client_secret: CLIENT_SECRET,
  });
  await owner.admin("POST", `/sso/${id}`, {
    groups: [{ group: "staff", role: "viewer", environments: null }],
  });
  await owner.admin("POST", "/domains", { domain: "example.org", connection: id });
  await request(server, "POST", "/holdfast/v1/admin/domains/example.org/trust", {
    authorized: false,
    headers: { authorization: `Bearer ${server.operatorToken}` },
  });
  return id;
}

export async function stageOidc(server: TestServer, owner: Page): Promise<OidcStage> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
  const listening = await listenLocally((asked, response) => handle(asked, response));
  const issuer = listening.origin;
  const id = await connectOidc(server, owner, issuer);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "holdfast",
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${server.url}/oidc/${id}/callback`],
        post_logout_redirect_uris: [`${server.url}/sign-in`],
        token_endpoint_auth_method: "client_secret_post",
        backchannel_logout_uri: `${server.url}/oidc/${id}/backchannel-logout`,
      },
    ],
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    cookies: { keys: ["a key for tests"] },
    features: { devInteractions: { enabled: true } },
    conformIdTokenClaims: false,
    findAccount: (_context, login) => ({
      accountId: login,
      claims: () => ({
        sub: login,
        email: `${login}@example.org`,
        email_verified: true,
        name: login,
        groups: ["staff"],
      }),
    }),
  });
  const callback = provider.callback();
  handle = (asked, response) => {
    callback(asked, response).catch(() => response.destroy());
  };

  const stage: OidcStage = {
    id,
    issuer,
    async visit(page) {
      const { url = "" } = await page.act<{ url?: string }>("/sign-in", { email: "somebody@example.org" });
      return String((await page.ask("GET", url)).headers["location"]);
    },
    async signInThere(location, login) {
      const cookies = new Map<string, string>();
      let at = location;
      let form: string | null = null;
      for (let hop = 0; hop < 12; hop += 1) {
        const answer: Response = await fetch(at, {
          redirect: "manual",
          headers: {
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
            ...(form === null ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          },
          ...(form === null ? {} : { method: "POST", body: form }),
        });
        for (const line of answer.headers.getSetCookie()) {
          const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        form = null;
        const next = answer.headers.get("location");
        if (next !== null) {
          at = new URL(next, at).href;
          if (at.startsWith(server.url)) return at;
          continue;
        }
        const page: string = await answer.text();
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
        if (prompt === undefined)
          throw new Error(`The provider showed something else: ${page.slice(0, 500)}`);
        const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
        if (action !== undefined) at = new URL(action, at).href;
        form = prompt === "login" ? `prompt=login&login=${login}&password=any` : "prompt=consent";
      }
      throw new Error("The provider never sent the browser back");
    },
    comeBack: (page, callback) =>
      page.ask("GET", callback.slice(server.url.length), undefined, { "sec-fetch-site": "cross-site" }),
    async signIn(page, login) {
      return stage.comeBack(page, await stage.signInThere(await stage.visit(page), login));
    },
    async [Symbol.asyncDispose]() {
      listening.server.closeAllConnections();
      await new Promise((resolve) => listening.server.close(resolve));
    },
  };

  const { handle: test, url } = await owner.admin<{ url: string; handle: string }>("POST", `/sso/${id}/test`);
  const there = String((await owner.ask("GET", url)).headers["location"]);
  await stage.comeBack(owner, await stage.signInThere(there, "tester"));
  const result = await owner.admin<{ state: string }>("GET", `/sso/${id}/tests/${test}`);
  if (result.state !== "passed") throw new Error(`The test was refused: ${JSON.stringify(result)}`);
  await owner.admin("POST", `/sso/${id}/enable`, { state: "optional" });
  return stage;
}
