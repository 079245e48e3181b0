import { HoldfastError } from "@holdfast/protocol";
import { createTransport } from "nodemailer";
import type { Log } from "#kernel";
import type { Mail, MailOptions } from "./contract.ts";
import { readMailServer } from "./mail-server.ts";

const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;

/**
 * Opens the way to a mail server. Nobody is asked before there is a message.
 *
 * @throws HoldfastError `config_invalid`
 */
export function openMail({ from, urlFile }: MailOptions, log: Log): Mail {
  const { auth, host, isSecure, needsTls, port } = readMailServer(urlFile);
  const transport = createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: needsTls,
    tls: { minVersion: "TLSv1.2" },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // A message is text that we made: nothing of it is a path or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(auth === null ? {} : { auth }),
  });
  return {
    async send({ subject, text, to }) {
      try {
        // As an object an address is one, whatever is in it, and no list.
        await transport.sendMail({ from, to: { name: "", address: to }, subject, text });
      } catch (cause) {
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
        // Its own words may have the address, the user and what was sent.
        log.error({ host, port, code }, "a mail could not be sent");
        throw new HoldfastError("mail_failed", `The mail server did not take the message: ${code}.`);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}
