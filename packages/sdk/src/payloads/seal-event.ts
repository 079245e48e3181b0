import type { EventPayload } from "../events/contract.ts";
import type { EventData, PayloadStage } from "./contract.ts";
import { plainValue } from "./plain-value.ts";

/**
 * An event as it is sent: its `data` through the stage, every other member as it is. Only the members that an event has
 * are taken over.
 *
 * @throws what the stage throws; HoldfastError `value_invalid` for data that is no JSON.
 */
export async function sealEvent(
  event: EventPayload,
  stage: PayloadStage,
  at: { readonly environment: string; readonly app: string },
): Promise<EventPayload> {
  const { name, id, ts, v, meta } = event;
  // What is no object is refused when an event is validated, before it comes here.
  const data = plainValue(event.data ?? {}, `The data of event "${name}"`) as EventData;
  const { environment, app } = at;
  const position = {
    kind: "event",
    environment,
    app,
    name,
    ...(id === undefined ? {} : { eventId: id }),
  } as const;
  return {
    name,
    data: await stage.sealData(data, position),
    ...(id === undefined ? {} : { id }),
    ...(ts === undefined ? {} : { ts }),
    ...(v === undefined ? {} : { v }),
    ...(meta === undefined ? {} : { meta }),
  };
}
