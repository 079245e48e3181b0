import express from "express";
import { serve } from "inngest/express";
import { inngest } from "./client.ts";
import { fulfilOrder } from "./fulfil-order.ts";

const port = Number(process.env["PORT"] ?? 3000);

const app = express();
app.use(express.json({ limit: "8mb" }));
app.use("/api/inngest", serve({ client: inngest, functions: [fulfilOrder] }));

const server = app.listen(port, "127.0.0.1", () => {
  console.log(`The shop's app listens on http://127.0.0.1:${port}/api/inngest`);
});
process.once("SIGTERM", () => server.close());
