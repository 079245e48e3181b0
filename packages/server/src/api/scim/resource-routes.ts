import type { AuditAction, Authority } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type {
  Representation,
  ResourceKind,
  ScimDirectory,
  ScimPage,
  ScimQuery,
  ScimStamp,
  Selection,
} from "#scim";
import {
  checkVersion,
  locationOf,
  namesVersion,
  readQuery,
  readSelection,
  representList,
  ScimError,
  versionOf,
} from "#scim";
import { inflated, parseJson } from "../body.ts";
import { checkMediaType, notFound, send } from "./answer.ts";
import type { ScimContext } from "./context.ts";
import { callerOf } from "./context.ts";
import { baseOf, BODY_BYTES_MAX, READING, writing } from "./route.ts";

/** One kind of resource: how it is read and written, and what the directory does with it. */
export interface ResourceActs<Resource extends ScimStamp, Fields> {
  readonly kind: ResourceKind;
  readonly audit: AuditAction;
  /** Whether a PATCH is answered with the resource, or with nothing: a group may have thousands of members. */
  readonly answersPatch: boolean;
  /** @param current what a PUT replaces; null for a POST */
  read(body: unknown, current: Resource | null): Fields;
  patch(current: Resource, body: unknown): Fields;
  represent(resource: Resource, base: string, selection: Selection): Representation;
  list(directory: ScimDirectory, query: ScimQuery): Promise<ScimPage<Resource>>;
  find(directory: ScimDirectory, id: string): Promise<Resource | null>;
  create(directory: ScimDirectory, fields: Fields, by: Authority): Promise<Resource>;
  replace(
    directory: ScimDirectory,
    id: string,
    fields: Fields,
    revision: number,
    by: Authority,
  ): Promise<Resource | null>;
  remove(directory: ScimDirectory, id: string, revision: number, by: Authority): Promise<boolean>;
}

type Query = Readonly<Record<string, unknown>>;
type OfList = FastifyRequest<{ Querystring: Query }>;
type OfResource = FastifyRequest<{ Params: { id: string }; Querystring: Query }>;

/** How often a change is decided anew when others change the same resource, and its caller knows no version. */
const DECISIONS_MAX = 4;

/** The routes of one kind of resource (RFC 7644, 3.3 to 3.6). */
export function resourceRoutes<Resource extends ScimStamp, Fields>(
  app: FastifyInstance,
  context: ScimContext,
  acts: ResourceActs<Resource, Fields>,
): void {
  const list = `/:connection/${acts.kind}s`;
  const one = `${list}/:id`;
  const act = writing(acts.audit);

  const answer = (request: FastifyRequest, reply: FastifyReply, resource: Resource, status = 200) => {
    const base = baseOf(request, context);
    const selection = readSelection(request.query as Query);
    void reply
      .header("etag", versionOf(resource))
      .header("location", locationOf(base, acts.kind, resource.id));
    return send(reply, acts.represent(resource, base, selection), status);
  };

  app.get(list, READING, async (request: OfList, reply) => {
    const query = readQuery(request.query, acts.kind);
    const selection = readSelection(request.query);
    const { total, resources } = await acts.list(callerOf(request).directory, query);
    const base = baseOf(request, context);
    const shown = resources.map((resource) => acts.represent(resource, base, selection));
    return send(reply, representList(shown, total, query.startIndex));
  });

  app.get(one, READING, async (request: OfResource, reply) => {
    const found = await acts.find(callerOf(request).directory, request.params.id);
    if (found === null) throw notFound();
    const known = request.headers["if-none-match"];
    if (known !== undefined && namesVersion(known, found))
      return reply.code(304).header("etag", versionOf(found)).send();
    return answer(request, reply, found);
  });

  app.post(list, act, async (request: OfList, reply) => {
    // Refused before anything is made: an answer that cannot be written would leave it behind.
    readSelection(request.query);
    const { directory, authority } = callerOf(request);
    const fields = acts.read(await bodyOf(request), null);
    return answer(request, reply, await acts.create(directory, fields, authority), 201);
  });

  app.put(one, act, async (request: OfResource, reply) => {
    readSelection(request.query);
    const body = await bodyOf(request);
    return answer(request, reply, await changed(acts, request, (current) => acts.read(body, current)));
  });

  app.patch(one, act, async (request: OfResource, reply) => {
    const { only, without } = readSelection(request.query);
    const body = await bodyOf(request);
    const resource = await changed(acts, request, (current) => acts.patch(current, body));
    if (acts.answersPatch || only !== null || without.size > 0) return answer(request, reply, resource);
    return reply.code(204).header("etag", versionOf(resource)).send();
  });

  app.delete(one, act, async (request: OfResource, reply) => {
    const { directory, authority } = callerOf(request);
    const { id } = request.params;
    const isRemoved = await decided(acts, request, ({ revision }) =>
      acts.remove(directory, id, revision, authority),
    );
    if (!isRemoved) throw notFound();
    return reply.code(204).send();
  });
}

async function changed<Resource extends ScimStamp, Fields>(
  acts: ResourceActs<Resource, Fields>,
  request: OfResource,
  decide: (current: Resource) => Fields,
): Promise<Resource> {
  const { directory, authority } = callerOf(request);
  const { id } = request.params;
  const resource = await decided(acts, request, (current) =>
    acts.replace(directory, id, decide(current), current.revision, authority),
  );
  if (resource === null) throw notFound();
  return resource;
}

/**
 * Reads, decides and writes as one. Whoever was overtaken decides anew on what others left; whoever sent a precondition finds then that
 * it no longer holds.
 */
async function decided<Resource extends ScimStamp, Fields, Outcome>(
  acts: ResourceActs<Resource, Fields>,
  request: OfResource,
  write: (current: Resource) => Promise<Outcome>,
): Promise<Outcome> {
  const ifMatch = request.headers["if-match"];
  for (let decision = 1; ; decision += 1) {
    const current = await acts.find(callerOf(request).directory, request.params.id);
    if (current === null) throw notFound();
    checkVersion(ifMatch, current);
    try {
      return await write(current);
    } catch (error) {
      const isStale = error instanceof ScimError && error.status === 412;
      if (!isStale || decision === DECISIONS_MAX) throw error;
    }
  }
}

async function bodyOf(request: FastifyRequest): Promise<unknown> {
  checkMediaType(request);
  return parseJson(await inflated(request.body, request.headers["content-encoding"], BODY_BYTES_MAX));
}
