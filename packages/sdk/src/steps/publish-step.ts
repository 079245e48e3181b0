import { HoldfastError } from "@holdfast/protocol";
import { createRealtime } from "../client/realtime.ts";
import { schemaFaults } from "../events/schema-faults.ts";
import { plainValue } from "../payloads/plain-value.ts";
import type { StepName } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { TopicReference } from "./step-tools.ts";

/** `step.realtime.publish`. Where it is published is read by the server; the message passes the payload stage. */
export function publishStep<Data>(
  { client }: StepHost,
  name: StepName,
  { channel, topic, schema = null }: TopicReference<Data>,
  data: Data,
): StepRequest {
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
          throw new HoldfastError(
            "step_invalid",
            `A message for "${topic}" does not fit its schema at ${faults}.`,
          );
        }
        const plain = plainValue(given, `A message for "${topic}"`);
        await createRealtime(client).publish({ channel, topic, data: plain });
        return plain;
      },
    },
  };
}
