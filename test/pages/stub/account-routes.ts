import { isWorkDone } from "@holdfast/protocol";
import { nodeDigest } from "../../../packages/cli/src/node-digest.ts";
import { Refusal } from "./refusal.ts";
import type { Route, World } from "./world.ts";
import { ADA, ago, CODES, DAY, HOUR, NAME, signedIn, signedOut } from "./world.ts";

/** Signing in, arriving, and one's own account. */
export function accountRoutes(world: World): readonly Route[] {
  let passkeys = [
    {
      id: "pk_1",
      name: "Ada’s laptop",
      created_at: ago(40 * DAY),
      last_used_at: ago(3 * HOUR),
      suspended: false,
    },
    { id: "pk_2", name: "Old phone", created_at: ago(400 * DAY), last_used_at: null, suspended: true },
  ];
  let sessions = [
    {
      id: "ses_1",
      current: true,
      method: "password",
      connection: null,
      created_at: ago(2 * HOUR),
      last_used_at: ago(1000),
      expires_at: ago(-6 * DAY),
      address: "198.51.100.7",
      user_agent:
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
    },
    {
      id: "ses_2",
      current: false,
      method: "saml",
      connection: "con_1",
      created_at: ago(DAY),
      last_used_at: ago(5 * HOUR),
      expires_at: ago(-5 * DAY),
      address: "203.0.113.20",
      user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.0 Mobile Safari/604.1",
    },
  ];
  const enter = (): { state: "signed_in" } => {
    world.session = signedIn();
    return { state: "signed_in" };
  };
  return [
    [/^GET \/identity\/session$/, () => world.session],
    [
      /^POST \/identity\/set-up$/,
      ({ body }) => {
        if (body["token"] !== "set-up-token")
          throw new Refusal(
            403,
            "set_up_token_invalid",
            "The set-up link is not good any more.",
            "Start the server again: it prints another.",
          );
        enter();
        return { recovery_codes: CODES };
      },
    ],
    [
      /^POST \/identity\/sign-in$/,
      ({ body }) =>
        /@(?:sso|choice)\.example$/.test(String(body["email"]))
          ? {
              next: "sso",
              url: `${world.origin}/sign-in?e=sso&ref=ab12cd34`,
              required: String(body["email"]).endsWith("@sso.example"),
            }
          : { next: "password" },
    ],
    [/^POST \/identity\/sign-in\/challenge$/, () => ({ challenge: world.challenge })],
    [
      /^POST \/identity\/sign-in\/password$/,
      ({ body }) => {
        const { challenge } = world;
        if (challenge !== null && !isWorkDone(String(body["proof"]), challenge.bits, nodeDigest))
          throw new Refusal(429, "challenge_required", "Passwords take a proof of work for now.");
        if (body["password"] !== "correct horse battery")
          throw new Refusal(
            401,
            "invalid_credentials",
            "The address and the password do not go together.",
            "Try again, or have a reset link made.",
          );
        if (!world.factors.totp) return enter();
        world.session = { ...signedOut(), state: "second_factor", second_factors: ["totp", "recovery_code"] };
        return { state: "second_factor", second_factors: ["totp", "recovery_code"] };
      },
    ],
    [
      /^POST \/identity\/sign-in\/link$/,
      ({ body }) => proof(body["password"], "correct horse battery", enter),
    ],
    [/^POST \/identity\/sign-in\/totp$/, ({ body }) => proof(body["code"], "123456", enter)],
    [/^POST \/identity\/sign-in\/recovery-code$/, ({ body }) => proof(body["code"], CODES[0], enter)],
    [
      /^POST \/identity\/sign-out$/,
      () => {
        world.session = signedOut();
        return {};
      },
    ],
    [
      /^POST \/identity\/reauthenticate$/,
      ({ body }) =>
        proof(
          body["password"] ?? body["code"],
          body["password"] === undefined ? "123456" : "correct horse battery",
          () => {
            world.isStale = false;
            // A proof begins a new session, whose text is another.
            world.session = { ...world.session, csrf: "c5rf-after-the-proof" };
            return { fresh_until: ago(-600_000), csrf: "c5rf-after-the-proof" };
          },
        ),
    ],
    [/^GET \/identity\/sessions$/, () => sessions],
    [
      /^POST \/identity\/sessions\/([^/]+)\/revoke$/,
      ({ parts }) => {
        sessions = sessions.filter(({ id }) => id !== parts[0]);
      },
    ],
    [
      /^POST \/identity\/sessions\/revoke-others$/,
      () => {
        sessions = sessions.filter(({ current }) => current);
      },
    ],
    [
      /^POST \/identity\/password$/,
      ({ body }) => {
        proof(body["current"], "correct horse battery", () => null);
      },
    ],
    [
      /^POST \/identity\/totp$/,
      () => ({
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        uri: `otpauth://totp/${encodeURIComponent(NAME)}:${ADA.email}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=${encodeURIComponent(NAME)}`,
      }),
    ],
    [
      /^POST \/identity\/totp\/confirm$/,
      ({ body }) =>
        proof(body["code"], "123456", () => {
          world.factors = { ...world.factors, totp: true };
          if (world.session.must != null) world.session = signedIn();
        }),
    ],
    [
      /^POST \/identity\/totp\/remove$/,
      () => {
        fresh(world);
        world.factors = { ...world.factors, totp: false };
      },
    ],
    [/^GET \/identity\/passkeys$/, () => passkeys],
    [
      /^POST \/identity\/passkeys\/options$/,
      () => ({
        options: {
          challenge: "Y2hhbGxlbmdl",
          rp: { id: "localhost", name: NAME },
          user: { id: "YWRh", name: ADA.email, displayName: ADA.name },
          pubKeyCredParams: [{ type: "public-key", alg: -7 }],
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        },
      }),
    ],
    [
      /^POST \/identity\/passkeys$/,
      ({ body }) => {
        const { id } = body["response"] as { id: string };
        const name = String(body["name"]);
        passkeys = [...passkeys, { id, name, created_at: ago(0), last_used_at: null, suspended: false }];
      },
    ],
    [
      /^POST \/identity\/(?:sign-in|reauthenticate)\/passkey\/options$/,
      () => ({ options: { challenge: "Y2hhbGxlbmdl", rpId: "localhost", userVerification: "required" } }),
    ],
    [
      /^POST \/identity\/sign-in\/passkey$/,
      ({ body }) => {
        const { id } = body["response"] as { id: string };
        if (passkeys.every((each) => each.id !== id))
          throw new Refusal(401, "invalid_credentials", "This passkey is not known here.");
        return enter();
      },
    ],
    [
      /^POST \/identity\/passkeys\/([^/]+)\/remove$/,
      ({ parts }) => {
        fresh(world);
        passkeys = passkeys.filter(({ id }) => id !== parts[0]);
      },
    ],
    [
      /^POST \/identity\/recovery-codes$/,
      () => {
        fresh(world);
        return { recovery_codes: CODES };
      },
    ],
    [/^GET \/identity\/factors$/, () => world.factors],
    [
      /^POST \/identity\/invitations\/look$/,
      ({ body }) => {
        if (body["token"] !== "invitation-token")
          throw new Refusal(
            404,
            "invitation_unknown",
            "This invitation was used, taken back, or has ended.",
            "Ask for a new one.",
          );
        return {
          email: "grace@example.org",
          role: "developer",
          environments: ["staging", "preview"],
          expires_at: ago(-3 * DAY),
          instance: NAME,
          sso: false,
        };
      },
    ],
    [
      /^POST \/identity\/invitations\/accept$/,
      () => {
        enter();
        return { recovery_codes: CODES };
      },
    ],
    [/^POST \/identity\/resets\/accept$/, () => ({})],
  ];
}

/** @throws Refusal as long as the session's proof is old */
export function fresh(world: World): void {
  if (world.isStale)
    throw new Refusal(403, "reauthentication_required", "This act needs a proof of the last ten minutes.");
}

function proof<T>(given: unknown, wanted: unknown, act: () => T): T {
  if (given !== wanted) throw new Refusal(401, "invalid_credentials", "That is not right.", "Try again.");
  return act();
}
