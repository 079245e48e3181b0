import { serverPublicKey } from "@holdfast/server";
import type { Invocation } from "./command.ts";
import { connect, keyFrom, serverUrl } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Prints the server's public keys. What follows from a signing key at hand needs nobody's word; a server that is asked could
 * be another one, so it is asked only when it is named, or when there is no key.
 */
export async function showPublicKeys(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const signingKey = options.has("url") ? null : keyFrom("signing-key", invocation, serverUrl(invocation));
  const keys = signingKey === null ? await connect(invocation).publicKeys() : [serverPublicKey(signingKey)];
  report.result(
    { keys, from: signingKey === null ? "server" : "signing key" },
    keys.length === 0 ? ["  None: a development server signs nothing."] : keys,
  );
  return EXIT.done;
}
