import type { FunctionDefinition } from "#registry";

/** What starts a function, in the form in which SDKs register it (wire-protocol 4.4). */
export function triggerShapes({ crons, triggers }: FunctionDefinition): readonly {
  readonly event?: string;
  readonly expression?: string;
  readonly cron?: string;
}[] {
  return [
    ...triggers.map(({ event, filter }) =>
      filter === null ? { event } : { event, expression: filter.source },
    ),
    ...crons.map(({ cron }) => ({ cron: cron.source })),
  ];
}
