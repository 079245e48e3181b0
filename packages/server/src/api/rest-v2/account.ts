import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { ACCOUNT_ID } from "../fixed-ids.ts";
import { enveloped } from "./message.ts";
import { v2Route } from "./route.ts";

/** `GET /account`: the one account of the server (wire-protocol 1.5). */
export function accountV2(app: FastifyInstance, { clock, mode }: ApiContext): void {
  const account =
    mode === "dev"
      ? { id: ACCOUNT_ID, email: "dev@inngest.local", name: "Dev Server" }
      : { id: ACCOUNT_ID, name: "Holdfast" };
  app.get("/account", v2Route("environments.read"), () => enveloped(clock.now(), account));
}
