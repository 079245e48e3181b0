import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { asHoldfastError, forCaller, logFailure } from "../errors.ts";
import { absentV2 } from "./absent.ts";
import { accountV2 } from "./account.ts";
import { appsV2 } from "./apps.ts";
import { envsV2 } from "./envs.ts";
import { sendAsV2, sendV2Error } from "./errors.ts";
import { eventsV2 } from "./events.ts";
import { functionsV2 } from "./functions.ts";
import { healthV2 } from "./health.ts";
import { invokeV2 } from "./invoke.ts";
import { keysV2 } from "./keys.ts";
import { pauseV2 } from "./pause.ts";
import { runActsV2 } from "./run-acts.ts";
import { runsV2 } from "./runs.ts";
import { sealingKeysV2 } from "./sealing-keys.ts";
import { strandedV2 } from "./stranded.ts";
import { traceV2 } from "./trace.ts";

/** Where v2 is found: the same routes under either. */
const PREFIXES = ["/v2", "/api/v2"] as const;

/** The REST API v2 (wire-protocol section 20), in its own envelope: `{"data","metadata"}` and `{"errors"}`. */
export function restV2Routes(app: FastifyInstance, context: ApiContext): void {
  for (const prefix of PREFIXES) {
    void app.register(
      (scope, _options, done) => {
        scope.setErrorHandler((thrown, request, reply) => {
          const error = asHoldfastError(thrown);
          logFailure(context.log, request, error);
          return sendAsV2(reply, forCaller(error));
        });
        scope.setNotFoundHandler((_request, reply) =>
          sendV2Error(reply, 404, "not_found", "There is no such route."),
        );
        for (const routes of [
          healthV2,
          accountV2,
          envsV2,
          keysV2,
          sealingKeysV2,
          eventsV2,
          runsV2,
          strandedV2,
          traceV2,
          runActsV2,
          appsV2,
          functionsV2,
          pauseV2,
          invokeV2,
          absentV2,
        ]) {
          routes(scope, context);
        }
        done();
      },
      { prefix },
    );
  }
}
