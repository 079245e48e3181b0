import { HoldfastError, ROLES } from "@holdfast/protocol";
import type { Client, PersonInfo } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { listOption, textOption } from "../text-option.ts";

/** Lists people, what they may do, and how they sign in. */
export async function listPeople(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const { style } = report;
  const people = await connectAsOperator(invocation).people();
  report.result(
    people,
    people.map(
      ({
        break_glass: isBreakGlass,
        email,
        grants,
        id,
        last_signed_in_at: seen,
        mfa,
        name,
        sign_in: ways,
        state,
      }) => {
        const mark = state === "active" ? style.green(style.done) : style.dim("x");
        const facts = [
          grants.length === 0 ? "no role" : grants.map(roleInWords).join(" and "),
          ways.length === 0 ? "has not signed in yet" : `by ${ways.join(", ")}`,
          ...(mfa ? [] : ["no second factor"]),
          ...(isBreakGlass ? ["for emergencies"] : []),
          seen === null ? "never signed in" : `last signed in ${seen}`,
        ];
        return `  ${mark} ${style.bold(printable(email))}  ${printable(name)}  ${style.dim(`${id}; ${facts.join("; ")}`)}`;
      },
    ),
  );
  return EXIT.done;
}

/** Prints a link by which the first owner comes in, and ends the one before. */
export async function offerSetUp(invocation: Invocation): Promise<number> {
  showLink(
    invocation,
    await connectAsOperator(invocation).offerSetUp(),
    "Whoever opens it becomes the first owner.",
  );
  return EXIT.done;
}

/** Makes an invitation, as a link to hand over. */
export async function invitePerson(invocation: Invocation): Promise<number> {
  const { operands, options } = invocation;
  const [email = ""] = operands;
  const named = textOption(options, "role");
  const role = ROLES.find((each) => each === named);
  // Nobody is made an owner because nothing was said.
  if (role === undefined)
    throw new HoldfastError(
      "usage_invalid",
      `Cannot invite somebody without a role, one of ${ROLES.join(", ")}.`,
    );
  const environments = listOption(options, "only-env");
  const client = connectAsOperator(invocation);
  const invitation = {
    email,
    role,
    ...(environments === undefined ? {} : { environments }),
    ...(options.get("payloads") === true ? { payloads: true } : {}),
  };
  if (options.get("mail") === true) {
    showSent(invocation, await client.mailInvitation(invitation));
    return EXIT.done;
  }
  const made = await client.invite(invitation);
  showLink(invocation, made, `It is for ${email} alone.`);
  return EXIT.done;
}

/** Makes a link by which somebody chooses a new password. */
export async function resetPerson(invocation: Invocation): Promise<number> {
  const client = connectAsOperator(invocation);
  const { id } = await personNamed(client, invocation);
  const withFactors = invocation.options.get("second-factors") === true;
  const also = withFactors ? " Their passkeys, authenticator and recovery codes go, too." : "";
  if (invocation.options.get("mail") === true) {
    showSent(invocation, await client.mailReset(id, withFactors));
    return EXIT.done;
  }
  const link = await client.resetPerson(id, withFactors);
  showLink(invocation, link, `Every session of theirs ends when it is used.${also}`);
  return EXIT.done;
}

/** Closes an account. */
export async function deactivatePerson(invocation: Invocation): Promise<number> {
  const client = connectAsOperator(invocation);
  const { email, id } = await personNamed(client, invocation);
  await client.deactivatePerson(id, textOption(invocation.options, "reason") ?? "");
  done(invocation, { id }, `${email} is closed, and signed out everywhere.`);
  return EXIT.done;
}

/** Makes an owner's account one for emergencies, or no longer. */
export async function setBreakGlass(invocation: Invocation): Promise<number> {
  const client = connectAsOperator(invocation);
  const { email, id } = await personNamed(client, invocation);
  const isBreakGlass = invocation.options.get("off") !== true;
  await client.setBreakGlass(id, isBreakGlass);
  done(
    invocation,
    { id, break_glass: isBreakGlass },
    isBreakGlass
      ? `${email} signs in by a password even where single sign-on is required.`
      : `${email} is like everybody else.`,
  );
  return EXIT.done;
}

async function personNamed(client: Client, { operands }: Invocation): Promise<PersonInfo> {
  const [named = ""] = operands;
  const found = (await client.people()).find(
    ({ email, id }) => id === named || email === named.toLowerCase(),
  );
  if (found !== undefined) return found;
  throw new HoldfastError("not_found", `There is nobody with the address or id ${JSON.stringify(named)}.`, {
    next: "List the people: holdfast people list.",
  });
}

function roleInWords({ environments, payloads, role }: PersonInfo["grants"][number]): string {
  return `${role}${environments === null ? "" : ` in ${environments.join(", ")}`}${payloads ? " with payloads" : ""}`;
}

function showSent(
  { report }: Invocation,
  sent: { readonly sent_to: string; readonly expires_at: string },
): void {
  const { style } = report;
  report.result(sent, [
    `  ${style.green(style.done)} The link was sent to ${printable(sent.sent_to)}.`,
    style.dim(`    It works once, until ${sent.expires_at}.`),
  ]);
}

function showLink(
  { report }: Invocation,
  made: { readonly link: string; readonly expires_at: string },
  words: string,
): void {
  const { style } = report;
  report.result(made, [
    `  ${style.green(style.done)} ${words}`,
    "",
    `    ${made.link}`,
    "",
    style.dim(`    It works once, until ${made.expires_at}.`),
  ]);
}

function done({ report }: Invocation, result: unknown, words: string): void {
  report.result(result, [`  ${report.style.green(report.style.done)} ${words}`]);
}
