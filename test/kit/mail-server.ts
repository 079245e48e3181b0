import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A message as it came over the wire. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly isSecure: boolean;
}

/** A mail server on a real port of this machine, which keeps what it is sent. */
export interface MailReceiver extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** How often somebody said who he is, whether or not it was right. */
  readonly logins: () => number;
}

export async function startMailServer(
  options: {
    readonly login?: { readonly user: string; readonly password: string };
    readonly secure?: { readonly key: string; readonly cert: string };
    /** Listens on every address of this machine, and not on one alone. */
    readonly isEverywhere?: boolean;
    /** Refuses every recipient. */
    readonly refuses?: boolean;
  } = {},
): Promise<MailReceiver> {
  const { isEverywhere = false, login, refuses = false, secure } = options;
  const received: ReceivedMail[] = [];
  let logins = 0;
  const server = new SMTPServer({
    authOptional: login === undefined,
    // What a test sends over loopback.
    allowInsecureAuth: true,
    ...(secure === undefined ? { disabledCommands: ["STARTTLS"] } : { secure: true, ...secure }),
    onAuth(auth, _session, done) {
      logins += 1;
      if (auth.username === login?.user && auth.password === login?.password) done(null, { user: "ok" });
      else done(new Error("535 no"));
    },
    onRcptTo(_address, _session, done) {
      done(refuses ? new Error("550 nobody here") : null);
    },
    onData(stream, session, done) {
      let source = "";
      stream.setEncoding("utf8");
      stream.on("data", (part: string) => (source += part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false || mailFrom === null ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source,
          isSecure: session.secure,
        });
        done();
      });
    },
  });
  // A client that breaks off is what some tests look for, and no fault of the receiver.
  server.on("error", () => undefined);
  server.listen(0, isEverywhere ? "0.0.0.0" : "127.0.0.1");
  await once(server.server, "listening");
  // A server that listens on TCP has an address of this form.
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    logins: () => logins,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
