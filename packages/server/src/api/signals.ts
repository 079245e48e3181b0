import { canonicalJson, HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { plaintextRefused } from "#payloads";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { v1Enveloped } from "./v1-envelope.ts";

/** `POST /v1/signals`: brings a signal to the run that waits for it (wire-protocol 15.3). */
export function signalRoutes(app: FastifyInstance, { clock, executor, payloads }: ApiContext): void {
  app.post(
    "/v1/signals",
    {
      config: { access: "signing-key", permission: null, isForApps: true },
      bodyLimit: LIMITS.stepOutputBytes,
    },
    async (request, reply) => {
      const { data, signal } = parseFields(request.body);
      if (typeof signal !== "string" || signal === "")
        throw new HoldfastError("request_invalid", "The body must name the signal, as text.");
      if (signal.length > LIMITS.signalNameChars)
        throw new HoldfastError(
          "request_invalid",
          `signal must have at most ${LIMITS.signalNameChars} characters.`,
        );
      const refusal = payloads.admit([{ position: "signal-data", value: data }], null);
      if (refusal !== null) throw plaintextRefused(refusal);
      const runId = await executor.signal(signal, canonicalJson(data ?? null));
      // SDKs take this 404 for "nobody waits", by its words.
      if (runId === null) return sendError(reply, new HoldfastError("not_found", "No signal found"));
      return v1Enveloped(clock.now(), { run_id: runId });
    },
  );
}
