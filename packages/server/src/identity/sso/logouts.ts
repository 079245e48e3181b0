import type { AuditContext, Digest } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Random } from "#kernel";
import type { LogoutToken, OidcClient } from "#oidc";
import { OidcError } from "#oidc";
import type { IncomingLogout } from "#saml";
import { isSamlError, readLogoutMessage, writeLogoutRequest, writeLogoutResponse } from "#saml";
import type { Session } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Pending } from "../sign-in/pending.ts";
import { createPending } from "../sign-in/pending.ts";
import { anonymous } from "../user-authority.ts";
import type { Connection, Connections } from "./connections.ts";
import { stateOf } from "./enforcement.ts";
import type { Delivery } from "./provider-side.ts";
import type { OidcSide } from "./oidc-side.ts";
import { isOidc } from "./oidc-side.ts";
import type { SamlSide } from "./saml-side.ts";
import { isSaml } from "./saml-side.ts";
import { useMessage } from "./used-messages.ts";

/** Single logout: what providers ask of us, and what we tell them. */
export interface Logouts {
  /**
   * Acts on a message of a provider: ends the sessions it names, of its connection and subject alone. What to answer; null: nothing,
   * whatever the reason, which is in the log.
   */
  take(connection: string, incoming: IncomingLogout, context: AuditContext): Promise<Delivery | null>;
  /** The same of a logout token, which the provider sends by itself; false: it was not good. */
  takeToken(connection: string, token: string, context: AuditContext): Promise<boolean>;
  /** The path that takes the browser to its provider to say goodbye; null: there is no need. Our session has ended before. */
  farewell(session: Session): Promise<string | null>;
  takeFarewell(handle: string | null): Delivery | null;
}

const FAREWELL_MS = 60_000;

export function createLogouts(deps: {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly connections: Connections;
  readonly saml: SamlSide;
  readonly oidc: OidcSide;
  readonly oidcClient: OidcClient;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly publicUrl: () => string;
}): Logouts {
  const { audit, clock, connections, digest, ledger, oidc, oidcClient, publicUrl, saml, sessions } = deps;
  const farewells: Pending<Delivery> = createPending<Delivery>(deps, FAREWELL_MS);

  function refuse(connection: string, reason: string, context: AuditContext): null {
    audit.note({
      action: "sso.refused",
      authority: anonymous(context),
      targets: [{ type: "sso_connection", id: connection.slice(0, 40), name: null }],
      result: "denied",
      reason,
      changes: {},
    });
    return null;
  }

  /** Ends these sessions in one commit with the note that the message was acted on. */
  async function end(
    { id, name }: Connection,
    used: readonly Change[],
    which: (session: Session) => boolean,
    context: AuditContext,
  ): Promise<number> {
    const over = sessions.endings(which);
    await ledger.commit(
      [...used, ...over],
      [
        {
          action: "session.ended",
          authority: anonymous(context),
          targets: [{ type: "sso_connection", id, name }],
          result: "success",
          reason: "provider_logout",
          changes: { count: { from: over.length, to: 0 } },
        },
      ],
    );
    return over.length;
  }

  return {
    async take(id, incoming, context) {
      const connection = connections.get(id);
      const now = clock.now();
      if (
        connection === null ||
        !isSaml(connection) ||
        connection.provider === null ||
        stateOf(connection, now) === "disabled"
      )
        return refuse(id, "saml_unknown_connection", context);
      const trust = saml.trustOf(connection);
      let message;
      try {
        message = readLogoutMessage(incoming, trust, now);
      } catch (error) {
        if (isSamlError(error)) return refuse(id, error.code, context);
        throw error;
      }
      // A goodbye of ours was heard: our session ended before it was said.
      if (message.kind === "response") return null;
      const { nameId, sessionIndexes } = message;
      const ended = await ledger.inTurn(async () => {
        const used = useMessage(
          { digest, ledger },
          { connection: id, id: message.id, expiresAt: message.expiresAt, now },
        );
        if (used === null) return null;
        return end(
          connection,
          used,
          ({ connection: of }) =>
            of?.id === id &&
            of.subject === nameId &&
            (sessionIndexes.length === 0 || of.index === null || sessionIndexes.includes(of.index)),
          context,
        );
      });
      if (ended === null) return refuse(id, "saml_replay", context);
      const status = ended > 0 ? "success" : "partial";
      return writeLogoutResponse(
        trust,
        { id: saml.newRequestId(), nowMs: now, inResponseTo: message.id, status },
        message.relayState,
      );
    },
    async takeToken(id, token, context) {
      const connection = connections.get(id);
      const now = clock.now();
      if (connection === null || !isOidc(connection) || stateOf(connection, now) === "disabled") {
        refuse(id, "oidc_logout_token", context);
        return false;
      }
      let logout: LogoutToken;
      try {
        logout = await oidcClient.readLogoutToken(oidc.trustOf(connection), token, now);
      } catch (error) {
        if (!(error instanceof OidcError)) throw error;
        refuse(id, error.code, context);
        return false;
      }
      const { expiresAt, sessionId, subject } = logout;
      const isMeant = ({ connection: of }: Session): boolean =>
        of?.id === id &&
        (subject === null || of.subject === subject) &&
        (sessionId === null || of.index === sessionId);
      return ledger.inTurn(async () => {
        const used = useMessage({ digest, ledger }, { connection: id, id: logout.id, expiresAt, now });
        if (used === null) {
          refuse(id, "saml_replay", context);
          return false;
        }
        await end(connection, used, isMeant, context);
        return true;
      });
    },
    async farewell({ connection: from }) {
      const connection = from === null ? null : connections.get(from.id);
      if (connection !== null && isOidc(connection)) {
        // Ours has ended; that theirs cannot be reached changes nothing of that.
        return oidcClient.endSessionUrl(oidc.trustOf(connection), `${publicUrl()}/sign-in`).catch(() => null);
      }
      if (from === null || connection === null || !isSaml(connection) || connection.provider === null)
        return null;
      const delivery = writeLogoutRequest(
        saml.trustOf(connection),
        {
          id: saml.newRequestId(),
          nowMs: clock.now(),
          nameId: from.subject,
          nameIdFormat: connection.options.nameIdFormat,
          sessionIndex: from.index,
        },
        null,
      );
      return delivery === null ? null : `/saml/${from.id}/farewell?h=${farewells.open(delivery)}`;
    },
    takeFarewell: (handle) => farewells.take(handle),
  };
}
