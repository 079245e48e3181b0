import type { AuditAct, AuditContext, Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Random } from "#kernel";
import type { Begun, Person, SignedIn } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import { NO_CREDENTIALS } from "../own-account/own-account.ts";
import { readPersonName } from "../people/person-name.ts";
import type { CredentialsRecord, PasskeyRecord, SessionRecord } from "../records.ts";
import { hasSecondFactor } from "../second-factor.ts";
import { enforced } from "../sessions/sessions.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { createPending } from "../sign-in/pending.ts";
import { anonymous, userAuthority } from "../user-authority.ts";
import type { RelyingParty } from "./ceremonies.ts";
import {
  authenticationOptions,
  passkeyIdOf,
  readAuthentication,
  readRegistration,
  registrationOptions,
} from "./ceremonies.ts";

/** Options for a browser, and what its cookie has to hold so that the answer is its own. */
export interface Ceremony {
  readonly options: unknown;
  readonly secret: string;
}

/** Passkeys: a whole sign-in by themselves, since they verify their person. */
export interface Passkeys {
  list(person: string): readonly PasskeyRecord[];
  beginAdding(who: SignedIn): Promise<Ceremony>;
  /** Whether it is the first factor beside the password. @throws HoldfastError `invalid_credentials`, `request_invalid`, `conflict` */
  add(
    who: SignedIn,
    request: { readonly secret: string | null; readonly name: string; readonly response: unknown },
    context: AuditContext,
  ): Promise<{ readonly isFirst: boolean }>;
  /** @throws HoldfastError `not_found` */
  remove(who: SignedIn, id: string, context: AuditContext): Promise<void>;
  beginShowing(): Promise<Ceremony>;
  /** @throws HoldfastError `invalid_credentials`, `sso_required` */
  signIn(
    request: { readonly secret: string | null; readonly response: unknown; readonly instead: string | null },
    context: AuditContext,
  ): Promise<Begun>;
  /** Whether a passkey that was shown is this person's own, for acts that ask for it again. */
  isOwn(
    person: Person,
    request: { readonly secret: string | null; readonly response: unknown },
    context: AuditContext,
  ): Promise<boolean>;
}

export interface PasskeysDeps {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly publicUrl: () => string;
  readonly instance: string;
  readonly isAllowed: (person: Person, session: Pick<SessionRecord, "connection">) => boolean;
}

const CEREMONY_MS = 5 * 60 * 1000;
const CHALLENGE_BYTES = 32;
const PASSKEYS_MAX = 20;

export function createPasskeys(deps: PasskeysDeps): Passkeys {
  const { audit, clock, instance, isAllowed, ledger, publicUrl, random, sessions } = deps;
  /** Challenges that were given out. Each is answered once, by the browser it was given to. */
  const adding = createPending<{ readonly person: string; readonly challenge: string }>(deps, CEREMONY_MS);
  const showing = createPending<{ readonly challenge: string }>(deps, CEREMONY_MS);

  const party = (): RelyingParty => {
    const { hostname, origin } = new URL(publicUrl());
    return { id: hostname, origin, name: instance };
  };
  const credentialsOf = (id: string): CredentialsRecord => ledger.get("credentials", id) ?? NO_CREDENTIALS;

  function ownerOf(passkeyId: string | null): readonly [person: string, passkey: PasskeyRecord] | null {
    if (passkeyId === null) return null;
    for (const [person, { passkeys }] of ledger.all("credentials")) {
      const found = passkeys.find(({ id }) => id === passkeyId);
      if (found !== undefined) return [person, found];
    }
    return null;
  }

  function act(person: Person, action: AuditAct["action"], name: string, context: AuditContext): AuditAct {
    return {
      action,
      authority: userAuthority(person, context),
      targets: [{ type: "user", id: person.id, name: person.email }],
      result: "success",
      reason: name,
      changes: {},
    };
  }

  function refused(reason: string, context: AuditContext): HoldfastError {
    audit.note({
      action: "sign_in.refused",
      authority: anonymous(context),
      targets: [{ type: "user", id: "unknown", name: null }],
      result: "denied",
      reason,
      changes: {},
    });
    return new HoldfastError("invalid_credentials", "The passkey was not taken.");
  }

  /** Verifies what was shown, and notes its counter; of a copy the passkey itself is the victim, and opens nothing any more. */
  async function shown(
    { response, secret }: { readonly secret: string | null; readonly response: unknown },
    context: AuditContext,
  ): Promise<{
    readonly person: Person;
    readonly passkey: PasskeyRecord;
    readonly credentials: CredentialsRecord;
  } | null> {
    const begun = showing.take(secret);
    const owner = ownerOf(passkeyIdOf(response));
    if (begun === null || owner === null) return null;
    const [id, passkey] = owner;
    const found = ledger.get("person", id);
    if (found === null || found.deactivatedAt !== null || passkey.suspendedAt !== null) return null;
    const person = { id, ...found };
    const outcome = await readAuthentication(party(), response, begun.challenge, passkey);
    if (outcome.kind === "refused") return null;
    return ledger.inTurn(async () => {
      const credentials = credentialsOf(id);
      const replaced = (value: PasskeyRecord): CredentialsRecord => ({
        ...credentials,
        passkeys: credentials.passkeys.map((each) => (each.id === passkey.id ? value : each)),
      });
      const now = credentials.passkeys.find((each) => each.id === passkey.id);
      const isOlder =
        outcome.kind === "verified" && outcome.counter > 0 && outcome.counter <= (now?.counter ?? 0);
      if (outcome.kind === "clone_suspected" || isOlder) {
        const value = replaced({ ...passkey, suspendedAt: clock.now() });
        await ledger.commit(
          [{ kind: "credentials", id, value }],
          [act(person, "passkey.clone_suspected", passkey.name, context)],
        );
        return null;
      }
      const used = { ...passkey, counter: outcome.counter, lastUsedAt: clock.now() };
      return { person, passkey: used, credentials: replaced(used) };
    });
  }

  return {
    list: (person) => credentialsOf(person).passkeys,
    async beginAdding({ person }) {
      const challenge = random.bytes(CHALLENGE_BYTES);
      const options = await registrationOptions(
        party(),
        person,
        credentialsOf(person.id).passkeys,
        challenge,
      );
      return { options, secret: adding.open({ person: person.id, challenge: options.challenge }) };
    },
    async add({ person }, { name, response, secret }, context) {
      const begun = adding.take(secret);
      const readName = readPersonName(name);
      const made =
        begun === null || begun.person !== person.id
          ? null
          : await readRegistration(party(), response, begun.challenge);
      if (made === null)
        throw new HoldfastError("invalid_credentials", "The passkey was not taken: begin again.");
      return ledger.inTurn(async () => {
        const before = credentialsOf(person.id);
        if (ownerOf(made.id) !== null || before.passkeys.length >= PASSKEYS_MAX)
          throw new HoldfastError("conflict", "This passkey is known already, or there are too many.");
        const passkey = {
          ...made,
          name: readName,
          createdAt: clock.now(),
          lastUsedAt: null,
          suspendedAt: null,
        };
        await ledger.commit(
          [
            {
              kind: "credentials",
              id: person.id,
              value: { ...before, passkeys: [...before.passkeys, passkey] },
            },
          ],
          [act(person, "passkey.added", readName, context)],
        );
        return { isFirst: !hasSecondFactor(before) };
      });
    },
    remove: ({ person }, id, context) =>
      ledger.inTurn(async () => {
        const before = credentialsOf(person.id);
        const passkeys = before.passkeys.filter((each) => each.id !== id);
        const removed = before.passkeys.find((each) => each.id === id);
        if (removed === undefined) throw new HoldfastError("not_found", "You have no such passkey.");
        await ledger.commit(
          [{ kind: "credentials", id: person.id, value: { ...before, passkeys } }],
          [act(person, "passkey.removed", removed.name, context)],
        );
      }),
    async beginShowing() {
      const options = await authenticationOptions(party(), random.bytes(CHALLENGE_BYTES));
      return { options, secret: showing.open({ challenge: options.challenge }) };
    },
    async signIn({ instead, response, secret }, context) {
      const found = await shown({ response, secret }, context);
      if (found === null) throw refused("passkey", context);
      const { credentials, person } = found;
      if (!isAllowed(person, { connection: null })) {
        refused("sso_required", context);
        throw enforced();
      }
      return ledger.inTurn(() =>
        sessions.begin(
          {
            person: person.id,
            method: "passkey",
            isStrong: true,
            connection: null,
            endsAt: null,
            context,
            instead,
          },
          [{ kind: "credentials", id: person.id, value: credentials }],
          [],
        ),
      );
    },
    async isOwn(person, request, context) {
      const found = await shown(request, context);
      return found !== null && found.person.id === person.id;
    },
  };
}
