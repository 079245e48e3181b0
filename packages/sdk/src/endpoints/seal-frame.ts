import type { PayloadPosition, PayloadStage } from "../payloads/contract.ts";
import { atEndpointAnswer } from "../payloads/run-place.ts";
import type { Frame } from "./frames.ts";

/** The run whose stream it is. */
export interface StreamPlace {
  readonly environment: string;
  readonly app: string;
  readonly runId: string;
}

/**
 * A frame that goes to its reader by way of the server: what the app says in it passes the stage.
 *
 * @throws what the stage throws.
 */
export async function sealFrame(frame: Frame, stage: PayloadStage, at: StreamPlace): Promise<Frame> {
  return changed(frame, stage, async (value, position) => stage.seal(value, position), at);
}

/**
 * The same, as its reader gets it from the app's proxy.
 *
 * @throws what the stage throws, as for a frame of another run's.
 */
export async function openFrame(frame: Frame, stage: PayloadStage, at: StreamPlace): Promise<Frame> {
  return changed(frame, stage, async (value, position) => stage.open(value, position), at);
}

async function changed(
  frame: Frame,
  stage: PayloadStage,
  change: (value: unknown, at: PayloadPosition) => Promise<unknown>,
  at: StreamPlace,
): Promise<Frame> {
  if (!stage.isSealing) return frame;
  switch (frame.event) {
    case "inngest.stream":
      return { ...frame, data: { ...frame.data, data: await change(frame.data.data, atStream(at)) } };
    case "inngest.response":
      return {
        ...frame,
        data: { ...frame.data, response: await change(frame.data.response, atEndpointAnswer(at)) },
      };
    case "inngest.metadata":
    case "inngest.commit":
    case "inngest.rollback":
    case "inngest.redirect_info":
      return frame;
  }
}

function atStream({ environment, app, runId }: StreamPlace): PayloadPosition {
  return { kind: "realtime", environment, app, name: `${runId}/$stream` };
}
