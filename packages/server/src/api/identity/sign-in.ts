import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { textField, wantedText } from "../administration/fields.ts";
import { parseFields } from "../body.ts";
import type { IdentityContext } from "./context.ts";
import { contextOf } from "./context.ts";
import { readCookie, setCookie } from "./cookies.ts";
import { handOver } from "./session.ts";

const ROOT = "/holdfast/v1/identity/sign-in";

/** Signing in: the address first, then what applies to it. */
export function signInRoutes(app: FastifyInstance, { identity, publicUrl }: IdentityContext): void {
  const needPeople = (): void => {
    if (!identity.setUp.isDone)
      throw new HoldfastError("setup_required", "This installation has no people yet.");
  };
  const before = (request: FastifyRequest): string | null => {
    const secret = readCookie(request, "session", publicUrl());
    return identity.sessions.hashOf(secret);
  };

  // Only the domain decides: whether there is such a person is nobody's business here.
  app.post(ROOT, { config: { access: "page" } }, async (request) => {
    needPeople();
    const fields = parseFields(request.body);
    const email = wantedText(fields, "email");
    const connection = identity.connectionFor(email);
    const isByPassword = textField(fields, "method") === "password";
    if (connection === null || isByPassword) return { data: { next: "password" } };
    const url = identity.sso.invite(connection.id, { kind: "sign-in" }, textField(fields, "return_to"));
    return { data: { next: "sso", url, required: connection.isRequired } };
  });

  app.post(`${ROOT}/password`, { config: { access: "page", isAttempt: true } }, async (request, reply) => {
    needPeople();
    const fields = parseFields(request.body);
    const outcome = await identity.signIn.withPassword(
      {
        email: wantedText(fields, "email"),
        password: wantedText(fields, "password"),
        emergencyCode: textField(fields, "emergency_code"),
        proof: textField(fields, "proof"),
        instead: before(request),
      },
      contextOf(request),
    );
    if (outcome.kind === "signed-in") {
      handOver(reply, outcome.begun, publicUrl());
      return { data: { state: "signed_in" } };
    }
    setCookie(reply, "signing-in", outcome.secret, publicUrl());
    return { data: { state: "second_factor", second_factors: outcome.factors } };
  });

  // Whoever signs in meanwhile works on it for a moment: the page does so by itself.
  app.post(`${ROOT}/challenge`, { config: { access: "page" } }, () => ({
    data: { challenge: identity.signIn.challenge() },
  }));

  for (const [path, factor] of [
    ["totp", "totp"],
    ["recovery-code", "recovery_code"],
  ] as const)
    app.post(`${ROOT}/${path}`, { config: { access: "page", isAttempt: true } }, async (request, reply) => {
      const begun = await identity.signIn.withSecondFactor(
        {
          secret: readCookie(request, "signing-in", publicUrl()),
          factor,
          code: wantedText(parseFields(request.body), "code"),
          instead: before(request),
        },
        contextOf(request),
      );
      handOver(reply, begun, publicUrl());
      return { data: { state: "signed_in" } };
    });

  app.post(`${ROOT}/passkey/options`, { config: { access: "page" } }, async (_request, reply) => {
    const { options, secret } = await identity.passkeys.beginShowing();
    setCookie(reply, "passkey", secret, publicUrl());
    return { data: { options } };
  });

  app.post(`${ROOT}/passkey`, { config: { access: "page", isAttempt: true } }, async (request, reply) => {
    const begun = await identity.passkeys.signIn(
      {
        secret: readCookie(request, "passkey", publicUrl()),
        response: parseFields(request.body)["response"],
        instead: before(request),
      },
      contextOf(request),
    );
    setCookie(reply, "passkey", null, publicUrl());
    handOver(reply, begun, publicUrl());
    return { data: { state: "signed_in" } };
  });

  // An account that a provider speaks of and that has a password: its owner shows once that it is theirs.
  app.post(`${ROOT}/link`, { config: { access: "page", isAttempt: true } }, async (request, reply) => {
    const secret = readCookie(request, "link", publicUrl());
    const pending = identity.sso.pendingLink(secret);
    const person = pending === null ? null : identity.people.get(pending.person);
    if (person === null) throw new HoldfastError("link_invalid", "This sign-in took too long: begin again.");
    const password = wantedText(parseFields(request.body), "password");
    if (!(await identity.signIn.isOwnPassword(person, password)))
      throw new HoldfastError("invalid_credentials", "The password is not right.");
    const begun = await identity.sso.link(secret, contextOf(request), before(request));
    handOver(reply, begun, publicUrl());
    return { data: { state: "signed_in" } };
  });
}
