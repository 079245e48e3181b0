/** One message to one person: text alone, so that nothing in it can act. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail server that takes what this one has to send. */
export interface Mail extends AsyncDisposable {
  /** Resolves once the mail server has taken the message. @throws HoldfastError `mail_failed`, which quotes neither side */
  send(message: Message): Promise<void>;
}

/** Where mail goes out. */
export interface MailOptions {
  /** File with the URL of the mail server: it holds a password. */
  readonly urlFile: string;
  /** From whom messages come. */
  readonly from: string;
}
