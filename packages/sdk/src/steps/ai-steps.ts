import { HoldfastError } from "@holdfast/protocol";
import type { InferenceRequest } from "../payloads/draft-op.ts";
import type { World } from "../platform/contract.ts";
import type { ModelAdapter } from "./ai-model.ts";
import type { StepName } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";

/** `step.ai.infer`. The server asks; in an app that seals, the app does, and the provider's key stays here. */
export function inferStep<Body>(
  { client, passage }: StepHost,
  name: StepName,
  { model, body }: { readonly model: ModelAdapter<Body>; readonly body: Body },
): StepRequest {
  const options = stepOptions(name, "step.ai.infer");
  const { world } = client;
  const requestFor = (given: unknown): InferenceRequest => ({
    url: model.url,
    headers: model.headers,
    authKey: keyOf(model, world, options.id),
    format: model.format,
    // Middleware hands on a body, or what takes its place.
    body: model.complete(given as Body),
  });
  if (!passage.stage.isSealing) {
    return {
      kind: "ai.infer",
      options,
      input: [body],
      work: {
        where: "server",
        describe: ([given]) => ({ op: "AIGateway", request: requestFor(given) }),
        read: (data) => data,
        readError: (error) => error,
      },
    };
  }
  return {
    kind: "ai.infer",
    options,
    input: [body],
    work: {
      where: "app",
      type: "step.ai.infer",
      reportsInput: true,
      run: async ([given], { signal }) => infer(requestFor(given), world, signal),
    },
  };
}

/** Asks the provider from here, as the server would. */
async function infer(request: InferenceRequest, world: World, signal: AbortSignal): Promise<unknown> {
  const url = new URL(request.url);
  const headers: Record<string, string> = { "content-type": "application/json", ...request.headers };
  switch (request.format) {
    case "gemini":
      headers["x-goog-api-key"] = request.authKey;
      break;
    case "anthropic":
      headers["x-api-key"] = request.authKey;
      break;
    default:
      headers["authorization"] = `Bearer ${request.authKey}`;
  }
  const body = JSON.stringify(request.body);
  const response = await world.fetch(url, { method: "POST", headers, body, signal });
  if (response.ok) return response.json();
  await response.body?.cancel();
  throw new HoldfastError("request_failed", `The model's provider answered with status ${response.status}.`);
}

function keyOf(model: ModelAdapter, { variables }: World, id: string): string {
  const key = model.apiKey ?? variables[model.keyVariable];
  if (key !== undefined && key !== "") return key;
  throw new HoldfastError("step_invalid", `Step "${id}" has no key for its model: set ${model.keyVariable}.`);
}
