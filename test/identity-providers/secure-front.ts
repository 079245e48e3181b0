import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { certify, createAuthority } from "../../packages/server/src/egress/testing/certificates.ts";

/** Who vouches for this machine's name in these tests, and nobody else's. */
export const AUTHORITY = createAuthority("Holdfast tests");
export const LOCALHOST = certify(AUTHORITY, "localhost");

/** A door with TLS before a provider that has none. */
export interface SecureFront extends AsyncDisposable {
  readonly origin: string;
  /** Where what comes in is handed on. */
  target: number;
}

export async function openSecureFront(): Promise<SecureFront> {
  const front = createServer({ cert: LOCALHOST.cert, key: LOCALHOST.key }, (request, response) => {
    const onward = httpRequest(
      {
        host: "127.0.0.1",
        port: opened.target,
        method: request.method,
        path: request.url,
        headers: {
          ...request.headers,
          "x-forwarded-proto": "https",
          "x-forwarded-host": request.headers.host,
        },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => {
    front.once("error", reject);
    front.listen(0, "127.0.0.1", resolve);
  });
  const opened: SecureFront = {
    origin: `https://localhost:${(front.address() as AddressInfo).port}`,
    target: 0,
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
  return opened;
}
