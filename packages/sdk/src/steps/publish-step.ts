import { HoldfastError } from "@holdfast/protocol";
import { schemaFaults } from "../events/schema-faults.ts";
import { plainValue } from "../payloads/plain-value.ts";
import type { StepName } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { TopicReference } from "./step-tools.ts";

/** `step.realtime.publish`. Where it is published is read by the server; the message passes the payload stage. */
export function publishStep<Data>(
  { client, passage }: StepHost,
  name: StepName,
  { channel, topic, schema = null }: TopicReference<Data>,
  data: Data,
): StepRequest {
  const { stage, run } = passage;
  return {
    kind: "realtime.publish",
    options: stepOptions(name, "step.realtime.publish"),
    input: [data],
    work: {
      where: "app",
      type: "step.realtime.publish",
      reportsInput: false,
      async run([given]) {
        const faults = schema === null ? null : await schemaFaults(schema, given);
        if (faults !== null) {
          throw new HoldfastError("step_invalid", `A message for "${topic}" does not fit its schema at ${faults}.`);
        }
        const { environment, app } = run;
        const plain = plainValue(given, `A message for "${topic}"`);
        const at = { kind: "realtime", environment, app, name: `${channel}/${topic}` } as const;
        const body = JSON.stringify(await stage.seal(plain, at));
        const query = new URLSearchParams({ channel, topic, run_id: run.runId });
        const path = `/v1/realtime/publish?${query.toString()}`;
        // A message that was published twice would be received twice.
        const { status } = await client.api.request({ method: "POST", path, body, isRepeatable: false });
        if (status >= 200 && status < 300) return plain;
        throw new HoldfastError("request_failed", `Cannot publish to "${topic}": the server answered ${status}.`);
      },
    },
  };
}
