import { internalEvents } from "../events/internal-events.ts";
import type { Fields } from "./option-values.ts";

/** What a function is registered as, but for the app's address. */
export interface Registered {
  readonly slug: string;
  readonly name: string;
  readonly triggers: readonly Fields[];
  readonly retries: number;
  /** Options that the server acts on, by their names on the wire. */
  readonly options: Fields;
}

/** The object of a registration (wire-protocol 4.4) for an app at this address. */
export function registrationOf(
  { slug, name, triggers, retries, options }: Registered,
  appUrl: string,
): Fields {
  const url = new URL(appUrl);
  url.searchParams.set("fnId", slug);
  url.searchParams.set("stepId", "step");
  return {
    id: slug,
    name,
    triggers,
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: url.href },
        retries: { attempts: retries },
      },
    },
    ...options,
  };
}

/** What starts the handler of a function's failure: the failure of a run of that function. */
export function failureTrigger(slug: string): Fields {
  return { event: internalEvents.functionFailed, expression: `event.data.function_id == ${quoted(slug)}` };
}

/** What starts a deferred function: being deferred to. */
export function deferredTrigger(slug: string): Fields {
  return {
    event: internalEvents.deferredSchedule,
    expression: `event.data._inngest.fn_slug == ${quoted(slug)}`,
  };
}

/** A text as CEL writes it: an id may hold a quote, which must not end the literal. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
