import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import type { TestServer } from "./test-server.ts";

export const PASSWORD = "correct horse battery staple";
export const OWNER_EMAIL = "ana@example.com";
const IDENTITY = "/holdfast/v1/identity";
const ADMIN = "/holdfast/v1/admin";

/** A page of the server in a browser of its own: cookies are kept, and what changes something is sent as pages send it. */
export interface Page {
  readonly cookies: Map<string, string>;
  /** Sends what a page would; `headers` overrule it, and null leaves one out. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string | null>>,
  ): Promise<Answer>;
  /** Posts to the API of people, and gives back `data`. @throws when it is refused */
  act<Data>(path: string, body?: unknown): Promise<Data>;
  /** Of the operators' API. */
  admin<Data>(method: string, path: string, body?: unknown): Promise<Data>;
  /** Who is signed in. */
  session(): Promise<SessionState>;
}

export interface SessionState {
  readonly state: string;
  readonly csrf?: string;
  readonly must?: string | null;
  readonly second_factors?: readonly string[];
  readonly person?: { readonly id: string; readonly email: string; readonly name: string };
  readonly session?: { readonly id: string; readonly method: string; readonly connection?: string };
  readonly grants?: readonly {
    readonly role: string;
    readonly environments: readonly string[] | null;
    readonly payloads: boolean;
  }[];
  readonly fresh_until?: string | null;
}

/** An answer that was not what a test wanted, with its code. */
export class PageRefused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(what: string, { json, status, text }: Answer) {
    const { code = "" } = (json ?? {}) as { readonly code?: string };
    super(`${what} was answered ${status} ${text.slice(0, 300)}`);
    this.status = status;
    this.code = code;
  }
}

/** Opens a browser. @param address from which it seems to come, for a server that trusts this machine as its proxy */
export function openPage(server: TestServer, address?: string, origin: string = server.url): Page {
  const cookies = new Map<string, string>();
  let csrf: string | null = null;

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string | null>> = {},
  ): Promise<Answer> {
    const wanted: Record<string, string | null> = {
      "sec-fetch-site": "same-origin",
      ...(cookies.size === 0
        ? {}
        : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
      ...(method === "GET" ? {} : { "content-type": "application/json", origin }),
      ...(csrf === null || method === "GET" ? {} : { "x-csrf": csrf }),
      ...(address === undefined ? {} : { "x-forwarded-for": address }),
      ...headers,
    };
    const sent = Object.entries(wanted).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    );
    const answer = await request(server, method, path, {
      authorized: false,
      headers: Object.fromEntries(sent),
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
      if (name.endsWith("holdfast-session")) csrf = null;
    }
    return answer;
  }

  async function session(): Promise<SessionState> {
    const { json } = await ask("GET", `${IDENTITY}/session`);
    const { data } = json as { readonly data: SessionState };
    csrf = data.csrf ?? null;
    return data;
  }

  async function done<Data>(method: string, path: string, body: unknown): Promise<Data> {
    if (csrf === null && method !== "GET" && [...cookies.keys()].some((name) => name.endsWith("session")))
      await session();
    const answer = await ask(method, path, method === "GET" ? undefined : body);
    if (answer.status >= 300) throw new PageRefused(`${method} ${path}`, answer);
    return (answer.json as { readonly data: Data }).data;
  }

  return {
    cookies,
    ask,
    session,
    act: (path, body = {}) => done("POST", `${IDENTITY}${path}`, body),
    admin: (method, path, body = {}) => done(method, `${ADMIN}${path}`, body),
  };
}

/** The token behind the `#` of a link. */
export function tokenOf(link: string | null): string {
  return new URL(link ?? "none:").hash.slice(1);
}

/** Makes the first owner, and leaves her signed in in a browser. @param origin of the page she sees, when it is not where it listens */
export async function signUpOwner(server: TestServer, origin?: string): Promise<Page> {
  const page = openPage(server, undefined, origin);
  const token = tokenOf(await server.setUpLink());
  await page.act("/set-up", { token, name: "Ana", email: OWNER_EMAIL, password: PASSWORD });
  return page;
}

/** Browsers each on a network of its own, so that no limit of a network is met. @param server once it runs, behind a trusted proxy */
export function browsersOf(server: () => TestServer): () => Page {
  let address = 0;
  return () => openPage(server(), `198.18.${(address += 1) >> 8}.${address & 255}`);
}

/** A person's id, as whoever administers people finds it; empty: there is none. */
export async function personIdOf(owner: Page, email: string): Promise<string> {
  const people = await owner.admin<readonly { readonly id: string; readonly email: string }[]>(
    "GET",
    "/people",
  );
  return people.find((each) => each.email === email)?.id ?? "";
}

/** Signs in with a password. */
export async function signIn(server: TestServer, email: string, password = PASSWORD): Promise<Page> {
  const page = openPage(server);
  await page.act("/sign-in/password", { email, password });
  return page;
}

/** Somebody who was invited, with this role, in a browser of their own. */
export async function invite(
  server: TestServer,
  owner: Page,
  email: string,
  grant: { readonly role: string; readonly environments?: readonly string[]; readonly payloads?: boolean },
): Promise<Page> {
  const { link } = await owner.admin<{ link: string }>("POST", "/invitations", { email, ...grant });
  const page = openPage(server);
  await page.act("/invitations/accept", {
    token: tokenOf(link),
    name: email.split("@")[0],
    password: PASSWORD,
  });
  return page;
}
