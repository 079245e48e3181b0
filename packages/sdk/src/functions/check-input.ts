import { NonRetriableError } from "../errors/non-retriable-error.ts";
import { internalEvents } from "../events/internal-events.ts";
import { schemaFaults } from "../events/schema-faults.ts";
import type { StandardSchema } from "../events/standard-schema.ts";
import type { FunctionRecord } from "./contract.ts";
import type { ReadTriggers } from "./read-triggers.ts";

/** The server's own member of an event's data, of which no schema knows. */
const SERVER_MEMBER = "_inngest";

/**
 * Checks what starts a function. An event must fit the schema of a trigger that it fits by name; what a function is invoked
 * with, the schema of `invoke(…)`, else that of any of its events. Without a schema everything fits.
 */
export function inputCheck(functionId: string, triggers: ReadTriggers): FunctionRecord["validate"] {
  return async ({ name, data }) => {
    if (name === internalEvents.functionInvoked && triggers.invokeSchema !== null)
      return requireFit(functionId, [triggers.invokeSchema], withoutServerMember(data));
    const isInvoked = name === internalEvents.functionInvoked;
    const fitting = triggers.events.filter((each) => isInvoked || fitsName(each.name, name));
    const schemas = fitting.map(({ schema }) => schema);
    // A trigger without a schema takes whatever comes.
    if (schemas.includes(null)) return;
    await requireFit(
      functionId,
      schemas.filter((schema) => schema !== null),
      withoutServerMember(data),
    );
  };
}

/** Checks what a function is deferred with. */
export function deferredCheck(functionId: string, schema: StandardSchema | null): FunctionRecord["validate"] {
  return ({ data }) => requireFit(functionId, schema === null ? [] : [schema], withoutServerMember(data));
}

/** @throws NonRetriableError that names the paths at which the data does not fit the last schema, and no values. */
async function requireFit(
  functionId: string,
  schemas: readonly StandardSchema[],
  data: unknown,
): Promise<void> {
  let faults: string | null = null;
  for (const schema of schemas) {
    faults = await schemaFaults(schema, data);
    if (faults === null) return;
  }
  if (faults === null) return;
  throw new NonRetriableError(
    `The function "${functionId}" was not started: its input does not fit its schema at ${faults}.`,
  );
}

function fitsName(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function withoutServerMember(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, SERVER_MEMBER)) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== SERVER_MEMBER));
}
