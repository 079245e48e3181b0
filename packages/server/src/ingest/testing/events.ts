import type { EnvironmentName, EventId, FunctionId } from "@holdfast/protocol";
import { createIds, nodeDigest, systemRandom } from "#kernel";
import type { FunctionDefinition } from "#registry";
import type { EventRecord } from "#store";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import { definitionOf, lookupsOf } from "../../registry/testing/definition.ts";
import type { MatchDeps } from "../match.ts";

export const NOW = 1_700_000_000_000;
export const ENVIRONMENT = "test" as EnvironmentName;

/** An event as it was accepted. */
export function eventOf(fields: Partial<EventRecord> = {}, data: object = {}): EventRecord {
  const name = fields.name ?? "order/placed";
  return {
    id: "01J00000000000000000000001" as EventId,
    environment: ENVIRONMENT,
    name,
    userId: null,
    receivedAt: NOW,
    ts: NOW,
    body: JSON.stringify({ data, id: "e1", name, ts: NOW, user: {} }),
    ...fields,
  };
}

/** One more function beside `shop-pay`; `digit` tells it from others. */
export function another(digit: string, fields: Partial<FunctionDefinition> = {}): FunctionDefinition {
  const id = "d0000000-0000-8000-8000-000000000000".replaceAll("d", digit) as FunctionId;
  return definitionOf({ id, slug: `shop-${digit}`, ...fields });
}

/** What matching needs, over these functions. */
export function matchDeps(...functions: readonly FunctionDefinition[]): MatchDeps {
  return {
    registry: lookupsOf(functions),
    ids: createIds(manualClock(NOW), systemRandom),
    digest: nodeDigest,
    environment: ENVIRONMENT,
  };
}
