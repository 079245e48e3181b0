import type { FunctionDefinition } from "#registry";

/** What starts a function, in the form and order in which SDKs register it (wire-protocol 4.4). */
export function triggerShapes({ configuration }: FunctionDefinition): readonly {
  readonly event?: string;
  readonly expression?: string;
  readonly cron?: string;
}[] {
  return configuration.triggers.map((trigger) => {
    if ("cron" in trigger) return { cron: trigger.cron };
    return trigger.expression === undefined
      ? { event: trigger.event }
      : { event: trigger.event, expression: trigger.expression };
  });
}
