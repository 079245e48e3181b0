import { LIMITS } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import { middlewareEntries } from "../middleware/entries.ts";
import { refusePayloadStage } from "../middleware/payload-stage.ts";
import { deferredCheck, inputCheck } from "./check-input.ts";
import { readCheckpointing } from "./checkpointing.ts";
import type { Checkpointing, FunctionRecord } from "./contract.ts";
import { FLOW_READERS } from "./flow-control.ts";
import type { Fields, Option } from "./option-values.ts";
import { countOf, fieldsOf, member, optionFault, textOf } from "./option-values.ts";
import { isSchema, readTriggers } from "./read-triggers.ts";
import type { Registered } from "./registration.ts";
import { deferredTrigger, failureTrigger, registrationOf } from "./registration.ts";

const RETRIES_DEFAULT = 3;
const FAILURE_RETRIES = 1;

const COMMON = ["id", "name", "description", "retries", "middleware", "checkpointing"];
const OF_FUNCTIONS = [...COMMON, ...Object.keys(FLOW_READERS), "triggers", "onFailure"];
const OF_DEFERRED = [
  ...COMMON,
  ...Object.keys(FLOW_READERS).filter((name) => name !== "batchEvents"),
  "schema",
];

/** What the records need of the client. */
type Owner = Pick<ClientState, "app" | "checkpointing">;
type Handler = FunctionRecord["handler"];

/**
 * Checks a function's options and makes its record, and one of the handler of its failure. Pure.
 *
 * @throws HoldfastError `function_invalid`, which names the function and the option.
 */
export function functionRecords(owner: Owner, options: unknown, handler: unknown): readonly FunctionRecord[] {
  const { fields, option, common } = readCommon(owner, options, OF_FUNCTIONS, handler);
  const triggers = readTriggers(option("triggers"));
  const registered: Registered = {
    ...common.registered,
    triggers: triggers.onWire,
    options: flowOf(fields, option),
  };
  refuseBatchWith(fields, option);
  const main: FunctionRecord = {
    ...common.record,
    kind: "function",
    validate: inputCheck(common.record.id, triggers),
    registration: (appUrl) => registrationOf(registered, appUrl),
  };
  if (fields["onFailure"] === undefined) return [main];
  return [main, failureRecord(main, registered.name, handlerOf(option("onFailure")))];
}

/**
 * Checks a deferred function's options and makes its record. Pure.
 *
 * @throws HoldfastError `function_invalid`, which names the function and the option.
 */
export function deferredRecords(owner: Owner, options: unknown, handler: unknown): readonly FunctionRecord[] {
  const { fields, option, common } = readCommon(owner, options, OF_DEFERRED, handler);
  const schema = fields["schema"];
  if (schema !== undefined && !isSchema(schema))
    throw optionFault(option("schema"), "must be a Standard Schema");
  const registered: Registered = {
    ...common.registered,
    triggers: [deferredTrigger(common.record.slug)],
    options: flowOf(fields, option),
  };
  return [
    {
      ...common.record,
      kind: "deferred",
      validate: deferredCheck(common.record.id, schema ?? null),
      registration: (appUrl) => registrationOf(registered, appUrl),
    },
  ];
}

type CommonRecord = Omit<FunctionRecord, "kind" | "validate" | "registration">;

interface ReadOptions {
  readonly fields: Fields;
  /** One of the options, to be read. */
  readonly option: (name: string) => Option;
  readonly common: {
    readonly record: CommonRecord;
    readonly registered: Omit<Registered, "triggers" | "options">;
  };
}

function readCommon(owner: Owner, options: unknown, names: readonly string[], handler: unknown): ReadOptions {
  const id = readId(owner.app, options);
  const all: Option = { functionId: id, path: "", value: options };
  const fields = fieldsOf({ ...all, path: "" }, names);
  const option = (name: string): Option => member(all, name, fields[name]);
  const slug = `${owner.app}-${id}`;
  const retries =
    fields["retries"] === undefined ? RETRIES_DEFAULT : countOf(option("retries"), 0, LIMITS.retriesMax);
  if (fields["description"] !== undefined) textOf(option("description"));
  return {
    fields,
    option,
    common: {
      record: {
        app: owner.app,
        id,
        slug,
        retries,
        checkpointing: checkpointingOf(owner, option("checkpointing")),
        middleware: middlewareOf(option("middleware")),
        handler: handlerOf({ ...all, path: "its handler", value: handler }),
      },
      registered: {
        slug,
        name: fields["name"] === undefined ? id : textOf(option("name"), LIMITS.identifierChars),
        retries,
      },
    },
  };
}

function readId(app: string, options: unknown): string {
  const nameless = { functionId: "?", path: "its options" };
  if (typeof options !== "object" || options === null) throw optionFault(nameless, "must be an object");
  const given: unknown = "id" in options ? options.id : undefined;
  const id = textOf({ functionId: "?", path: "id", value: given });
  const charsMax = LIMITS.identifierChars - app.length - 1;
  if (id.length > charsMax || id !== id.trim() || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(id)) {
    throw optionFault(
      { functionId: id.slice(0, charsMax), path: "id" },
      `must be at most ${charsMax} characters, all of them visible`,
    );
  }
  return id;
}

function checkpointingOf(owner: Owner, option: Option): Checkpointing | null {
  if (option.value === undefined && owner.checkpointing !== undefined) return owner.checkpointing;
  return readCheckpointing(option);
}

function middlewareOf(option: Option): readonly MiddlewareEntry[] {
  if (option.value === undefined) return [];
  const entries = middlewareEntries(option.value);
  if (entries === null) throw optionFault(option, "must be a list of middleware");
  refusePayloadStage(entries, option.functionId);
  return entries;
}

function handlerOf(option: Option): Handler {
  if (typeof option.value !== "function") throw optionFault(option, "must be a function");
  // What a handler takes is known to the author's compiler alone.
  return option.value as Handler;
}

function flowOf(fields: Fields, option: (name: string) => Option): Fields {
  const read = Object.entries(FLOW_READERS).flatMap(([name, reader]) =>
    fields[name] === undefined ? [] : [reader(option(name))],
  );
  return Object.fromEntries(read);
}

/** A batch starts one run of many events, so that what looks at one event has no meaning beside it. */
function refuseBatchWith(fields: Fields, option: (name: string) => Option): void {
  if (fields["batchEvents"] === undefined) return;
  const other = ["cancelOn", "debounce", "singleton", "priority"].find((name) => fields[name] !== undefined);
  if (other !== undefined) throw optionFault(option(other), "cannot be given beside batchEvents");
}

function failureRecord(main: FunctionRecord, name: string, handler: Handler): FunctionRecord {
  const slug = `${main.slug}-failure`;
  const registered: Registered = {
    slug,
    name: `${name} (failure)`,
    triggers: [failureTrigger(main.slug)],
    retries: FAILURE_RETRIES,
    options: {},
  };
  return {
    ...main,
    id: `${main.id}-failure`,
    slug,
    kind: "failure",
    retries: FAILURE_RETRIES,
    handler,
    validate: async () => undefined,
    registration: (appUrl) => registrationOf(registered, appUrl),
  };
}
