import type { Message } from "./contract.ts";

/** What a message is about. */
interface LinkFacts {
  readonly to: string;
  /** What people call this installation. */
  readonly instance: string;
  readonly link: string;
  readonly expiresAt: number;
}

/** An invitation, as its link. Pure. */
export function invitationMessage({ expiresAt, instance, link, to }: LinkFacts): Message {
  return {
    to,
    subject: `You were invited to ${instance}`,
    text: [
      `You were invited to Holdfast at ${instance}.`,
      `Open this link to choose a password and come in. It is good once, until ${utc(expiresAt)}:`,
      link,
      "If you did not expect it, leave it: nobody comes in without it.",
    ].join("\n\n"),
  };
}

/** A new password, as its link. Pure. */
export function resetMessage({ expiresAt, instance, link, to }: LinkFacts): Message {
  return {
    to,
    subject: `Choose a new password for ${instance}`,
    text: [
      `An administrator of Holdfast at ${instance} made a link by which you choose a new password.`,
      `It is good once, until ${utc(expiresAt)}, and ends every session of yours:`,
      link,
      "If you did not ask for it, leave it, and tell an administrator.",
    ].join("\n\n"),
  };
}

function utc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
