/** Mail: the few messages that people get without being signed in. */
export type { Mail, MailOptions } from "./contract.ts";
export { openMail } from "./open-mail.ts";
export { invitationMessage, resetMessage } from "./messages.ts";
