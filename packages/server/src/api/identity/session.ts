import { HoldfastError, PERMISSIONS, reachOf } from "@holdfast/protocol";
import type { Grant } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Begun, Session, SignedIn } from "#identity";
import { nodeDigest } from "#kernel";
import { instant, textField } from "../administration/fields.ts";
import { parseFields } from "../body.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf, signedInOf } from "./context.ts";
import { readCookie, setCookie } from "./cookies.ts";
import { csrfTokenOf } from "./page-rules.ts";

const ROOT = "/holdfast/v1/identity";

/** Who is signed in; ending sessions; proving again who one is. */
export function sessionRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { hasMail, identity, instance, publicUrl } = context;

  app.get(`${ROOT}/session`, { config: { access: "page" } }, async (request) => {
    const { signedIn } = request;
    const facts = {
      instance: { name: instance },
      methods: { password: identity.policy.get().password, passkey: true },
    };
    const secret = readCookie(request, "session", publicUrl());
    if (signedIn === null || secret === null) {
      const factors = identity.signIn.pending(readCookie(request, "signing-in", publicUrl()));
      const link = identity.sso.pendingLink(readCookie(request, "link", publicUrl()));
      const state = !identity.setUp.isDone
        ? "setup_required"
        : factors === null
          ? "signed_out"
          : "second_factor";
      return {
        data: {
          state,
          ...facts,
          ...(factors === null ? {} : { second_factors: factors }),
          ...(link === null ? {} : { link: { connection: link.connectionName } }),
        },
      };
    }
    const { factor, grants, must, person, session } = signedIn;
    return {
      data: {
        state: "signed_in",
        ...facts,
        person: { id: person.id, name: person.name, email: person.email },
        grants: grants.map(grantInfo),
        permissions: permissionsOf(grants),
        csrf: csrfTokenOf(secret, nodeDigest),
        session: {
          id: session.id,
          created_at: instant(session.createdAt),
          idle_expires_at: instant(Math.min(session.lastUsedAt + session.idleMs, session.expiresAt)),
          expires_at: instant(session.expiresAt),
          method: session.method,
          ...(session.connection === null ? {} : { connection: session.connection.id }),
        },
        fresh_until: signedIn.isFresh ? instant(session.freshUntil) : null,
        must,
        factor,
        mail: hasMail,
      },
    };
  });

  app.post(
    `${ROOT}/sign-out`,
    { config: { access: "person", isEnrolment: true } },
    async (request, reply) => {
      const { person, session } = signedInOf(request);
      const by = {
        actor: { type: "user", id: person.id, name: person.email, keyId: null },
        context: contextOf(request),
      } as const;
      // Ours ends first: whether the provider can be reached or not.
      await identity.sessions.end(by, (each) => each.id === session.id, "signed_out");
      setCookie(reply, "session", null, publicUrl());
      void reply.header("clear-site-data", '"cache", "storage"');
      const path = await identity.logouts.farewell(session);
      return { data: path === null ? {} : { url: path } };
    },
  );

  app.post(
    `${ROOT}/reauthenticate`,
    { config: { access: "person", isAttempt: true, isEnrolment: true } },
    async (request, reply) => {
      const fields = parseFields(request.body);
      const signedIn = signedInOf(request);
      const password = textField(fields, "password");
      if (password !== null) {
        if (!(await identity.signIn.isOwnPassword(signedIn.person, password))) throw wrong();
        return renewed(reply, await renew(request, "password", false));
      }
      const recoveryCode = textField(fields, "recovery_code");
      const factor = recoveryCode === null ? "totp" : "recovery_code";
      const code = recoveryCode ?? textField(fields, "code");
      // A recovery code stands in for a factor that is lost, and not for one that there never was.
      const isInPlace = recoveryCode === null || signedIn.factor !== "none";
      const isRight =
        code !== null &&
        isInPlace &&
        (await identity.signIn.isOwnCode(signedIn.person, factor, code, contextOf(request)));
      if (!isRight) throw wrong();
      return renewed(reply, await renew(request, factor, true));
    },
  );

  app.post(
    `${ROOT}/reauthenticate/passkey/options`,
    { config: { access: "person", isEnrolment: true } },
    async (_request, reply) => {
      const { options, secret } = await identity.passkeys.beginShowing();
      setCookie(reply, "passkey", secret, publicUrl());
      return { data: { options } };
    },
  );

  app.post(
    `${ROOT}/reauthenticate/passkey`,
    { config: { access: "person", isAttempt: true, isEnrolment: true } },
    async (request, reply) => {
      const shown = {
        secret: readCookie(request, "passkey", publicUrl()),
        response: parseFields(request.body)["response"],
      };
      const isRight = await identity.passkeys.isOwn(signedInOf(request).person, shown, contextOf(request));
      if (!isRight) throw new HoldfastError("invalid_credentials", "That is not right.");
      return renewed(reply, await renew(request, "passkey", true));
    },
  );

  app.post(
    `${ROOT}/reauthenticate/sso`,
    { config: { access: "person", isEnrolment: true } },
    async (request) => {
      const { person, session } = signedInOf(request);
      if (session.connection === null)
        throw new HoldfastError("conflict", "This session did not come from an identity provider.");
      const secret = readCookie(request, "session", publicUrl());
      if (secret === null) throw new HoldfastError("unauthenticated", "Nobody is signed in here.");
      const returnTo = textField(parseFields(request.body), "return_to");
      const url = identity.sso.invite(
        session.connection.id,
        { kind: "reauthenticate", person: person.id, secret },
        returnTo,
      );
      return { data: { url } };
    },
  );

  app.get(`${ROOT}/sessions`, { config: { access: "person" } }, async (request) => {
    const { person, session } = signedInOf(request);
    return { data: identity.sessions.of(person.id).map((each) => sessionInfo(each, session.id)) };
  });

  app.post(
    `${ROOT}/sessions/:id/revoke`,
    { config: { access: "person" } },
    async (request: FastifyRequest<{ Params: { id: string } }>) => {
      const { person } = signedInOf(request);
      const by = {
        actor: { type: "user", id: person.id, name: person.email, keyId: null },
        context: contextOf(request),
      } as const;
      const count = await identity.sessions.end(
        by,
        (each) => each.person === person.id && each.id === request.params.id,
        "revoked",
      );
      if (count === 0) throw new HoldfastError("not_found", "You have no such session.");
      return { data: {} };
    },
  );

  app.post(`${ROOT}/sessions/revoke-others`, { config: { access: "person" } }, async (request) => {
    const { person, session } = signedInOf(request);
    const by = {
      actor: { type: "user", id: person.id, name: person.email, keyId: null },
      context: contextOf(request),
    } as const;
    const count = await identity.sessions.end(
      by,
      (each) => each.person === person.id && each.id !== session.id,
      "revoked",
    );
    return { data: { count } };
  });

  const wrong = () => new HoldfastError("invalid_credentials", "That is not right.");

  function renew(request: FastifyRequest, how: string, isStrong: boolean): Promise<Begun> {
    const secret = readCookie(request, "session", publicUrl());
    if (secret === null) throw new HoldfastError("unauthenticated", "Nobody is signed in here.");
    return identity.sessions.renew(secret, how, isStrong, contextOf(request));
  }

  function renewed(reply: FastifyReply, begun: Begun) {
    setCookie(reply, "session", begun.secret, publicUrl());
    return {
      data: {
        fresh_until: instant(begun.signedIn.session.freshUntil),
        csrf: csrfTokenOf(begun.secret, nodeDigest),
      },
    };
  }
}

/** Gives the browser its session, and ends what was half done in it. */
export function handOver(reply: FastifyReply, { secret }: Begun, publicUrl: string): void {
  setCookie(reply, "session", secret, publicUrl);
  setCookie(reply, "signing-in", null, publicUrl);
  setCookie(reply, "link", null, publicUrl);
}

/** A grant as answers have it. */
export function grantInfo({ environments, payloads, role }: Grant) {
  return { role, environments, payloads: payloads === true };
}

/** A session as its owner may see it. */
export function sessionInfo(session: Session, current: string | null) {
  return {
    id: session.id,
    current: session.id === current,
    method: session.method,
    connection: session.connection?.id ?? null,
    created_at: instant(session.createdAt),
    last_used_at: instant(session.lastUsedAt),
    expires_at: instant(session.expiresAt),
    address: session.address,
    user_agent: session.userAgent,
  };
}

/** What somebody may do somewhere, for a page that shows no more than that. The server decides each time anew. */
function permissionsOf(grants: SignedIn["grants"]) {
  return PERMISSIONS.flatMap((permission) => {
    const reaches = new Set(
      grants.flatMap((grant) => {
        const reach = reachOf(grant.role, permission);
        if (reach === null || (permission === "payloads.read" && grant.payloads !== true)) return [];
        return [grant.environments === null ? reach : ("some environments" as const)];
      }),
    );
    const reach = (["everywhere", "outside production", "some environments"] as const).find((each) =>
      reaches.has(each),
    );
    return reach === undefined ? [] : [{ permission, reach }];
  });
}
