import { HoldfastError } from "@holdfast/protocol";
import { startServer } from "@holdfast/server";
import type { RunningServer, ServerOptions } from "@holdfast/server";

/**
 * Starts a server, and says in words why it cannot listen.
 *
 * @throws HoldfastError `port_taken`, `config_invalid` for an address or port this process may not have, and whatever
 *   `startServer` reports.
 */
export async function launch(
  options: ServerOptions,
  hooks?: Parameters<typeof startServer>[1],
): Promise<RunningServer> {
  try {
    return await startServer(options, hooks);
  } catch (error) {
    throw listenError(error, options) ?? error;
  }
}

/** The error of a listening socket as one of ours, or null when it is something else. */
export function listenError(
  cause: unknown,
  { host, port }: Pick<ServerOptions, "host" | "port">,
): HoldfastError | null {
  if (!(cause instanceof Error) || !("code" in cause)) return null;
  const attempt = `Cannot listen on ${host}:${port}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new HoldfastError("port_taken", `${attempt}: another process does.`, { cause });
    case "EACCES":
      return new HoldfastError("config_invalid", `${attempt}: this user may not.`, {
        cause,
        next: "Choose a --port above 1023, and put a proxy in front.",
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new HoldfastError("config_invalid", `${attempt}: this machine has no such address.`, {
        cause,
        next: "Let --host name an address of this machine, such as 127.0.0.1.",
      });
    default:
      return null;
  }
}
