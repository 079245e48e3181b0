import type { IncomingMessage, ServerResponse } from "node:http";
import { HoldfastError } from "@holdfast/protocol";
import type { EnvironmentName, ErrorCode } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { EnvironmentRecord } from "#environments";
import { branchSlug } from "#environments";
import type { Clock, Log } from "#kernel";
import type { KeyOwner, RequestFacts } from "./choose-environment.ts";
import { branchIn, chooseEnvironment } from "./choose-environment.ts";
import { isForEnvironmentDoor } from "./environment-door.ts";
import { asHoldfastError, forCaller, reasonOf, statusOf } from "./errors.ts";
import { isForPages } from "./pages/pages-api.ts";
import { tokensInUrl } from "./token-in-url.ts";

/** An environment whose API can be handed requests. */
export interface Reachable extends KeyOwner {
  readonly record: EnvironmentRecord;
  readonly api: FastifyInstance;
}

/** The environments, as the door sees them. */
export interface Reach {
  /** Those with keys of their own, the main one first. */
  owners(): readonly Reachable[];
  /** A branch of a family: open, or opened for this. Null: there is none of this name. */
  branch(family: EnvironmentName, slug: string): Promise<Reachable | null>;
  /** The same, made when there is none: an app registers in it. */
  makeBranch(family: EnvironmentName, slug: string, keyId: string): Promise<Reachable>;
}

export interface DispatchDeps {
  readonly reach: Reach;
  /** The operators' API; absent in development. */
  readonly administration: FastifyInstance;
  /** The door by which people, service accounts and operators come to the environments; null in development, which asks nobody. */
  readonly environmentDoor: FastifyInstance | null;
  /** The API of people themselves, and what their identity providers call. */
  readonly people: FastifyInstance;
  /** What directories call. */
  readonly scim: FastifyInstance;
  /** The pages; null: none are shown here. */
  readonly pages: FastifyInstance | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything below is the operators'. */
const ADMINISTRATION = "/holdfast/v1/admin";
/** And below these, people's. */
const PEOPLE = ["/holdfast/v1/identity", "/saml", "/oidc"] as const;
const SCIM = "/scim/v2";
const REGISTER = "/fn/register";
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Hands each request to the one API that may act on it: the operators', or that of the environment whose key it shows, or which
 * somebody names who is known without one. What
 * an API has no reference to it cannot reach, whatever ids a request names.
 */
export function createDispatch({
  reach,
  administration,
  environmentDoor,
  people,
  pages,
  scim,
  clock,
  log,
}: DispatchDeps): (request: IncomingMessage, response: ServerResponse) => void {
  async function find(request: RequestFacts): Promise<Reachable> {
    const owners = reach.owners();
    // There is one at least: the main one.
    const [main] = owners as readonly [Reachable];
    const owner = owners.length === 1 ? main : (chooseEnvironment(request, owners, clock.now()) ?? main);
    const found = owner.record.kind === "branches" ? await branchOf(owner, request) : owner;
    if (found.record.archivedAt !== null && !READING.has(request.method)) {
      throw new HoldfastError(
        "environment_archived",
        `The environment "${found.record.name}" is in the archive: it takes nothing in, and its history can be read.`,
      );
    }
    return found;
  }

  async function branchOf(family: Reachable, request: RequestFacts): Promise<Reachable> {
    const branch = branchIn(request);
    const slug = branch === null ? null : branchSlug(branch);
    if (slug === null) return family;
    const registers = request.method === "POST" && pathOf(request.target) === REGISTER;
    // The key was good a moment ago; the branch's own API checks it again.
    const verdict = family.keys.checkBearer(request.header("authorization") ?? undefined);
    if (registers && verdict.ok) return reach.makeBranch(family.record.name, slug, verdict.keyId ?? "");
    const found = await reach.branch(family.record.name, slug);
    if (found !== null) return found;
    throw new HoldfastError(
      "environment_unknown",
      `There is no branch ${JSON.stringify(slug.slice(0, 60))} yet: it begins when an app registers in it.`,
    );
  }

  return (request, response) => {
    const target = request.url ?? "/";
    // An operator's token in the URL is the operators' business, wherever it was sent.
    if (isBelow(target, ADMINISTRATION) || tokensInUrl(target).length > 0) {
      administration.routing(request, response);
      return;
    }
    if (isBelow(target, SCIM)) {
      scim.routing(request, response);
      return;
    }
    if (PEOPLE.some((path) => isBelow(target, path))) {
      people.routing(request, response);
      return;
    }
    const { method = "GET" } = request;
    if (pages !== null && isForPages(method, target)) {
      pages.routing(request, response);
      return;
    }
    const facts: RequestFacts = { method, target, header: headerOf(request) };
    if (environmentDoor !== null && isForEnvironmentDoor(facts)) {
      environmentDoor.routing(request, response);
      return;
    }
    find(facts).then(
      ({ api }) => api.routing(request, response),
      (thrown: unknown) => {
        const error = asHoldfastError(thrown);
        if (statusOf(error.code) >= 500)
          log.error({ code: error.code, error: reasonOf(error) }, "a request found no environment");
        refuse(response, forCaller(error));
      },
    );
  };
}

function isBelow(target: string, path: string): boolean {
  return target === path || target.startsWith(`${path}/`);
}

function headerOf(request: IncomingMessage): (name: string) => string | null {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? "";
}

/** In words that each of the protocol's envelopes has: the SDKs take an answer for success unless it says its status. */
function refuse(response: ServerResponse, error: HoldfastError & { readonly code: ErrorCode }): void {
  const status = statusOf(error.code);
  const body = JSON.stringify({ code: error.code, error: error.message, next: error.next, status });
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "frame-ancestors 'none'",
    "x-inngest-server-kind": "cloud",
    "content-length": Buffer.byteLength(body),
    // The body was not read.
    connection: "close",
  });
  response.end(body);
}
