import { createServer } from "holdfast/node";
import { client } from "./client.ts";
import { referPatient } from "./refer-patient.ts";

const port = Number(process.env["PORT"] ?? 3000);

const server = createServer({ client, functions: [referPatient] });
server.listen(port, "127.0.0.1", () => {
  console.log(`The clinic's app listens on http://127.0.0.1:${port}/`);
});
process.once("SIGTERM", () => server.close());
