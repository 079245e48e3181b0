import { covers, Header, HoldfastError, readToken } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AuditLog } from "#audit";
import type { EnvironmentAdministration, EnvironmentRecord } from "#environments";
import { unknownEnvironment } from "./administration/acts-of.ts";
import type { AppWorld } from "./app.ts";
import { createApp } from "./app.ts";
import { createAdmission, sendRefusal, strangerAct } from "./callers/admission.ts";
import type { Caller, CallerWorld } from "./callers/caller.ts";
import { callerOf } from "./callers/caller.ts";
import type { HandedOn } from "./callers/handed-on.ts";
import type { RequestFacts } from "./choose-environment.ts";
import { sendError } from "./errors.ts";

/** What the door of the environments needs of the rest of the house. */
export interface EnvironmentDoorContext extends AppWorld, CallerWorld {
  /** The installation's log. */
  readonly audit: AuditLog;
  readonly environments: Pick<EnvironmentAdministration, "get">;
  /** The API of an environment, opened for this if it is not yet. */
  readonly apiOf: (record: EnvironmentRecord) => Promise<FastifyInstance>;
  readonly handedOn: HandedOn;
}

/** Paths whose requests carry a key of their own, whoever else is known to the browser that sends them. */
const OWN_KEY = /^\/e(?:\/|\?|$)|[?&]token=/;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request is made by a person, a service account or an operator, in an environment that it names, rather than with a key
 * that belongs to one. Pure. Nothing is decided about it yet.
 */
export function isForEnvironmentDoor({ header, target }: RequestFacts): boolean {
  const authorization = header("authorization");
  if (authorization === null)
    return header("cookie") !== null && header(Header.environment) !== null && !OWN_KEY.test(target);
  const kind = readToken(/^Bearer +(\S+)\s*$/i.exec(authorization)?.[1] ?? "")?.kind;
  return kind === "op" || kind === "svc";
}

/**
 * The door by which people, service accounts and operators come to the API of an environment: it knows them, and which environments
 * they were given; what they may do there is for that API to say. Nothing is opened, and nothing told of an environment, for anybody
 * who was given nothing in it.
 */
export function createEnvironmentDoor(context: EnvironmentDoorContext): FastifyInstance {
  const { apiOf, audit, environments, handedOn } = context;
  const app = createApp(context);
  const admission = createAdmission(context, "environments");

  app.addHook("onRequest", async (request, reply) => {
    const waiting = admission.wait(request);
    if (waiting !== null) return sendRefusal(reply, waiting);
    const caller = admission.admit(request);
    if (caller instanceof HoldfastError) return sendRefusal(reply, caller);
    const name = environmentNamed(request);
    const record = environments.get(name);
    const place = record ?? { name, family: null };
    if (record === null || !caller.grants.some((grant) => covers(grant, place))) {
      audit.note(hiddenAct(request, caller, name));
      return sendError(reply, unknownEnvironment(name));
    }
    if (record.archivedAt !== null && !READING.has(request.method))
      return sendError(
        reply,
        new HoldfastError(
          "environment_archived",
          `The environment "${name}" is in the archive: it takes nothing in, and its history can be read.`,
        ),
      );
    const api = await apiOf(record);
    handedOn.set(request.raw, {
      caller,
      again() {
        const now = callerOf(request, context, false);
        return now instanceof HoldfastError ? null : now;
      },
    });
    // From here on it is that API's, with whatever of it has not been read.
    reply.hijack();
    api.routing(request.raw, reply.raw);
  });
  return app;
}

/** @throws HoldfastError `request_invalid` when none is named: nobody acts in production because he forgot to say where */
function environmentNamed({ headers }: FastifyRequest): string {
  const named = headers[Header.environment];
  if (typeof named === "string" && named !== "") return named;
  throw new HoldfastError("request_invalid", "The request does not say in which environment.", {
    next: `Name one in the header ${Header.environment}, such as production.`,
  });
}

function hiddenAct(request: FastifyRequest, { authority }: Caller, name: string) {
  return {
    ...strangerAct(request, "environments"),
    authority,
    targets: [{ type: "environment", id: name.slice(0, 80), name: null }],
    reason: "environment",
  };
}
