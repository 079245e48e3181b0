import type { AuditContext, Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Log, Random } from "#kernel";
import type { Begun, SignedIn } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { createPending } from "../sign-in/pending.ts";
import { anonymous } from "../user-authority.ts";
import { accountChanges, resolve } from "./account-arrival.ts";
import { ACCOUNT_SENTENCES, UNREAD_SENTENCES } from "./account-sentences.ts";
import type { AttemptBook } from "./attempts.ts";
import type { Connection, Connections } from "./connections.ts";
import { stateOf } from "./enforcement.ts";
import type { OidcSide } from "./oidc-side.ts";
import { isOidc } from "./oidc-side.ts";
import type { Delivery, NewVisit, Testimony } from "./provider-side.ts";
import { TestimonyRefused } from "./provider-side.ts";
import { returnPath } from "./return-path.ts";
import type { SamlSide } from "./saml-side.ts";
import { isSaml } from "./saml-side.ts";
import type { Purpose, TestResult, Visit } from "./visits.ts";
import { useMessage } from "./used-messages.ts";

/** Where a visit that came back leads. What went wrong is for administrators, by its reference. */
export type Arrival =
  | { readonly kind: "signed-in"; readonly begun: Begun; readonly returnTo: string }
  | { readonly kind: "tested"; readonly handle: string }
  /** The account has another way in: its owner proves that it is theirs, once. */
  | { readonly kind: "link"; readonly secret: string; readonly returnTo: string }
  | { readonly kind: "refused"; readonly reference: string }
  /** Nobody here asked for it: it begins anew from here. */
  | { readonly kind: "bounce"; readonly path: string };

/** Somebody on the way to a provider. */
export interface Departure {
  readonly kind: "left";
  readonly delivery: Delivery;
  readonly browser: string;
}

/** What came back, and in which browser. */
export interface Return {
  /** Of SAML the parameter as it was posted, of OIDC the whole address that was called. */
  readonly message: unknown;
  /** What the cookie of the visit holds. */
  readonly browser: string | null;
  /** The session of that browser. */
  readonly session: string | null;
  readonly signedIn: SignedIn | null;
  readonly context: AuditContext;
}

/** Signing in at an identity provider, there and back. */
export interface Sso {
  /** The path that leads to the provider, good once. @throws HoldfastError `not_found`, `conflict` */
  invite(connection: string, purpose: Purpose, returnTo: string | null): string;
  /** @returns what to send to the browser, and what its cookie has to hold */
  leave(
    connection: string,
    handle: string,
    context: AuditContext,
    signedIn: SignedIn | null,
  ): Promise<Departure | Extract<Arrival, { readonly kind: "refused" | "tested" }>>;
  comeBack(kind: "saml" | "oidc", connection: string, returned: Return): Promise<Arrival>;
  /** Turns somebody away whose answer was not even read. */
  turnAway(
    connection: string,
    code: "saml_too_large" | "saml_duplicate_parameter",
    returned: Return,
  ): Arrival;
  /** Joins an account with what its provider said, after its owner has shown that it is theirs. */
  pendingLink(secret: string | null): { readonly person: string; readonly connectionName: string } | null;
  link(secret: string | null, context: AuditContext, instead: string | null): Promise<Begun>;
  test(handle: string, signedIn: SignedIn): TestResult | null;
}

export interface SsoDeps {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly connections: Connections;
  readonly saml: SamlSide;
  readonly oidc: OidcSide;
  readonly attempts: AttemptBook;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
  readonly publicUrl: () => string;
}

const VISIT_MS = 10 * 60 * 1000;
const REFERENCE_BYTES = 5;
const SECRET_BYTES = 32;

export function createSso(deps: SsoDeps): Sso {
  const {
    attempts,
    audit,
    clock,
    connections,
    digest,
    ledger,
    log,
    oidc,
    publicUrl,
    random,
    saml,
    sessions,
  } = deps;
  const invitations = createPending<NewVisit>(deps, VISIT_MS);
  const visits = createPending<Visit>(deps, VISIT_MS);
  const links = createPending<{
    readonly connection: string;
    readonly testimony: Testimony;
    readonly person: string;
  }>(deps, VISIT_MS);
  const tests = createPending<{ readonly session: string; result: TestResult }>(deps, VISIT_MS);

  function usable(id: string, purpose: Purpose): Connection {
    const found = connections.get(id);
    const state = found === null ? "disabled" : stateOf(found, clock.now());
    const isOpen =
      state === "optional" || state === "required" || (state === "draft" && purpose.kind === "test");
    if (found === null || !isOpen)
      throw new TestimonyRefused("saml_unknown_connection", "There is no such connection, or it is not on.");
    return found;
  }

  /** A visit that began here, is not over, and came back to the browser it left. */
  function takeVisit(
    connection: Connection,
    key: string | null,
    browser: string | null,
    unknown: string,
  ): Visit {
    const visit = visits.take(key);
    if (visit === null || visit.connection !== connection.id)
      throw new TestimonyRefused(
        unknown,
        "The answer belongs to no request that is open: it came late, twice, or to nothing.",
      );
    if (browser === null || !digest.equal(digest.sha256Hex(browser), visit.browser))
      throw new TestimonyRefused(
        "saml_browser_mismatch",
        "The answer came back to another browser than the one that asked.",
      );
    return visit;
  }

  async function testimonyOf(
    kind: "saml" | "oidc",
    connection: Connection,
    { browser, message }: Return,
    seen: (visit: Visit) => void,
  ): Promise<{ readonly visit: Visit; readonly testimony: Testimony } | null> {
    if (kind === "saml" && isSaml(connection)) {
      const requestId = saml.answers(message);
      if (requestId === null && connection.options.allowUnsolicited === "bounce") return null;
      if (requestId === null)
        throw new TestimonyRefused(
          "saml_unsolicited",
          "Nobody here asked for this answer, and the connection takes none that is unasked.",
        );
      const visit = takeVisit(connection, requestId, browser, "saml_in_response_to");
      seen(visit);
      return { visit, testimony: await saml.read(connection, message, visit) };
    }
    if (kind === "oidc" && isOidc(connection)) {
      const visit = takeVisit(connection, oidc.stateOf(message), browser, "oidc_state");
      seen(visit);
      return { visit, testimony: await oidc.read(connection, message, visit) };
    }
    throw new TestimonyRefused("saml_unknown_connection", "The connection speaks another protocol.");
  }

  async function arrive(
    connection: Connection,
    testimony: Testimony,
    context: AuditContext,
    instead: string | null,
    person: string | null,
  ): Promise<Begun> {
    return ledger.inTurn(async () => {
      const now = clock.now();
      // Resolved within the turn: of two first sign-ins one makes the account.
      const { resolution } = resolve({ digest, ledger }, connection, testimony.statement);
      const found: typeof resolution =
        person !== null &&
        resolution.kind === "refused" &&
        resolution.code === "account_link_required" &&
        resolution.person === person
          ? { kind: "link", person, grants: null }
          : resolution;
      if (found.kind === "refused") throw new TestimonyRefused(found.code, ACCOUNT_SENTENCES[found.code]);
      const { message } = testimony;
      const used =
        message === null
          ? []
          : useMessage(
              { digest, ledger },
              { connection: connection.id, id: message.id, expiresAt: message.expiresAt, now },
            );
      if (used === null) throw new TestimonyRefused("saml_replay", "This answer was taken before.");
      const {
        acts,
        changes,
        person: id,
      } = accountChanges({ ledger, random, digest }, connection, testimony.statement, found, context, now);
      return sessions.begin(
        {
          person: id,
          method: connection.kind,
          isStrong: true,
          connection: {
            id: connection.id,
            subject: testimony.statement.subject,
            index: testimony.sessionIndex,
          },
          endsAt: testimony.endsAt,
          context,
          instead,
        },
        [...used, ...changes],
        acts,
      );
    });
  }

  /** What a sign-in would do, and nothing of it done. */
  function testResult(connection: Connection, testimony: Testimony): TestResult {
    const { account, resolution } = resolve({ digest, ledger }, connection, testimony.statement);
    const isIn = resolution.kind !== "refused";
    return {
      state: isIn ? "passed" : "refused",
      code: isIn ? null : resolution.code,
      sentence: isIn ? null : ACCOUNT_SENTENCES[resolution.code],
      checks: testimony.checks,
      identity: {
        subject: testimony.statement.subject,
        email: account.address?.text ?? null,
        name: account.name,
        groups: account.groups,
      },
      grants: account.grants,
      outcome: isIn ? resolution.kind : resolution.code,
    };
  }

  async function finish(
    connection: Connection,
    { testimony, visit }: { readonly visit: Visit; readonly testimony: Testimony },
    { context, session, signedIn }: Return,
  ): Promise<Arrival> {
    const { purpose, returnTo } = visit;
    if (purpose.kind === "test") {
      if (signedIn === null || signedIn.session.id !== purpose.session)
        throw new TestimonyRefused("saml_browser_mismatch", "The test was begun in another session.");
      const result = testResult(connection, testimony);
      if (result.state === "passed") await connections.noteTest(connection.id, purpose.person);
      tests.open({ session: purpose.session, result }, purpose.handle);
      return { kind: "tested", handle: purpose.handle };
    }
    if (purpose.kind === "reauthenticate") {
      const { resolution } = resolve({ digest, ledger }, connection, testimony.statement);
      if (resolution.kind !== "known" || resolution.person !== purpose.person)
        throw new TestimonyRefused(
          "sso_not_allowed",
          "Another person signed in at the provider than the one of this session.",
        );
      const begun = await sessions.renew(purpose.secret, connection.kind, true, context);
      return { kind: "signed-in", begun, returnTo };
    }
    const { resolution } = resolve({ digest, ledger }, connection, testimony.statement);
    if (
      resolution.kind === "refused" &&
      resolution.code === "account_link_required" &&
      resolution.person !== null
    ) {
      const secret = links.open({ connection: connection.id, testimony, person: resolution.person });
      return { kind: "link", secret, returnTo };
    }
    const begun = await arrive(connection, testimony, context, session, null);
    const domain = begun.signedIn.person.email.split("@").at(-1) ?? null;
    attempts.note(connection.id, {
      at: clock.now(),
      outcome: "success",
      code: null,
      sentence: null,
      emailDomain: domain,
      reference: "",
    });
    return { kind: "signed-in", begun, returnTo };
  }

  function refused(
    connection: string,
    visit: Visit | null,
    error: TestimonyRefused,
    { context, signedIn }: Pick<Return, "context" | "signedIn">,
  ): Extract<Arrival, { readonly kind: "refused" | "tested" }> {
    const { checks, code, sentence } = error;
    const reference = Buffer.from(random.bytes(REFERENCE_BYTES)).toString("hex").slice(0, 8);
    audit.note({
      action: "sso.refused",
      authority: anonymous(context),
      targets: [{ type: "sso_connection", id: connection.slice(0, 40), name: null }],
      result: "denied",
      reason: code,
      changes: {},
    });
    if (connections.get(connection) !== null)
      attempts.note(connection, {
        at: clock.now(),
        outcome: "refused",
        code,
        sentence,
        emailDomain: null,
        reference,
      });
    if (visit?.purpose.kind === "test" && signedIn?.session.id === visit.purpose.session) {
      const { handle, session } = visit.purpose;
      const result: TestResult = {
        state: "refused",
        code,
        sentence,
        checks,
        identity: null,
        grants: [],
        outcome: null,
      };
      tests.open({ session, result }, handle);
      return { kind: "tested", handle };
    }
    return { kind: "refused", reference };
  }

  return {
    invite(id, purpose, returnTo) {
      try {
        const connection = usable(id, purpose);
        const forceAuthn =
          purpose.kind === "reauthenticate" || (isSaml(connection) && connection.options.forceAuthn);
        const handle = invitations.open({
          connection: id,
          purpose,
          returnTo: returnPath(returnTo, publicUrl()),
          forceAuthn,
        });
        if (purpose.kind === "test")
          tests.open({ session: purpose.session, result: { state: "waiting" } }, purpose.handle);
        return `/${connection.kind}/${id}/start?h=${handle}`;
      } catch (error) {
        if (error instanceof TestimonyRefused)
          throw new HoldfastError("not_found", error.sentence, { cause: error });
        throw error;
      }
    },
    async leave(id, handle, context, signedIn) {
      const begun = invitations.take(handle);
      if (begun === null || begun.connection !== id)
        throw new HoldfastError("link_invalid", "This way to the identity provider was used, or is too old.");
      const browser = Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url");
      const visit = { ...begun, startedAt: clock.now(), browser: digest.sha256Hex(browser) };
      try {
        const connection = usable(id, begun.purpose);
        if (isSaml(connection)) {
          const requestId = saml.newRequestId();
          const delivery = saml.request(connection, requestId, begun.forceAuthn);
          visits.open({ ...visit, request: { id: requestId } }, requestId);
          return { kind: "left", delivery, browser };
        }
        if (!isOidc(connection)) throw new Error("A connection of an unknown kind");
        const { delivery, request } = await oidc.request(connection, begun.forceAuthn);
        visits.open({ ...visit, request }, request.state);
        return { kind: "left", delivery, browser };
      } catch (error) {
        if (!(error instanceof TestimonyRefused)) throw error;
        return refused(id, { ...visit, request: { id: "" } }, error, { context, signedIn });
      }
    },
    async comeBack(kind, id, returned) {
      let visit: Visit | null = null;
      try {
        const found = connections.get(id);
        const isTest = found !== null && stateOf(found, clock.now()) === "draft";
        // Whether a draft may be visited depends on the visit: looked at again once that is known.
        const connection = isTest ? found : usable(id, { kind: "sign-in" });
        const testimony = await testimonyOf(kind, connection, returned, (each) => {
          visit = each;
        });
        if (testimony === null) return { kind: "bounce", path: this.invite(id, { kind: "sign-in" }, "/") };
        usable(id, testimony.visit.purpose);
        return await finish(connection, testimony, returned);
      } catch (error) {
        if (error instanceof TestimonyRefused) return refused(id, visit, error, returned);
        if (!(error instanceof HoldfastError)) throw error;
        log.warn({ code: error.code }, "a sign-in by single sign-on failed");
        return refused(id, visit, new TestimonyRefused(error.code, error.message), returned);
      }
    },
    turnAway(id, code, returned) {
      return refused(id, null, new TestimonyRefused(code, UNREAD_SENTENCES[code]), returned);
    },
    pendingLink(secret) {
      const found = links.look(secret);
      const connection = found === null ? null : connections.get(found.connection);
      return found === null || connection === null
        ? null
        : { person: found.person, connectionName: connection.name };
    },
    async link(secret, context, instead) {
      const found = links.take(secret);
      const connection = found === null ? null : connections.get(found.connection);
      if (found === null || connection === null)
        throw new HoldfastError("link_invalid", "This sign-in took too long: begin again.");
      try {
        return await arrive(connection, found.testimony, context, instead, found.person);
      } catch (error) {
        if (error instanceof TestimonyRefused)
          throw new HoldfastError("forbidden", error.sentence, { cause: error });
        throw error;
      }
    },
    test(handle, { session }) {
      const found = tests.look(handle);
      return found !== null && found.session === session.id ? found.result : null;
    },
  };
}
