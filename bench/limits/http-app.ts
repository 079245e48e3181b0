/** The far end of the HTTP limit: verifies, parses, answers signed. node http-app.ts --port N --signing-key KEY */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { readBody } from "../http-call.ts";
import { isSigned, keyText, signBody } from "../signing.ts";
import { stepOutput } from "../workloads.ts";

const { values } = parseArgs({ options: { port: { type: "string" }, "signing-key": { type: "string" } } });
const key = keyText(values["signing-key"] ?? "");

const http = createServer((request, response) => {
  readBody(request).then(
    (body) => {
      const signature = String(request.headers["x-inngest-signature"]);
      if (!isSigned(key, body, signature, Date.now())) {
        response.writeHead(401).end();
        return;
      }
      // Sent by http-round-trips.ts.
      const { n } = JSON.parse(body.toString("utf8")) as { n: number };
      const text = JSON.stringify(stepOutput("w2", 0, n));
      const headers = { "content-type": "application/json", "x-inngest-signature": signBody(key, text, Date.now()) };
      response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(text) }).end(text);
    },
    () => response.writeHead(400).end(),
  );
});
http.keepAliveTimeout = 120_000;
http.listen(Number(values.port), "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
