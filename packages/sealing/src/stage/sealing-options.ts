import { HoldfastError } from "@holdfast/protocol";
import type { Padding } from "../format/padding.ts";
import type { KeyProvider } from "../keys/key-provider.ts";
import type { CompatibleKeys } from "../compatible/compatible-keys.ts";
import { assertClearNames } from "./split-data.ts";

/** How much sealing does, and with what. Everything but `keys` has a default, and each default is the strict one. */
export interface SealingOptions {
  readonly keys: KeyProvider;
  /**
   * Name of the environment, to which every seal is bound. Without it that of the app's client counts, which may be empty:
   * name it wherever one key serves several environments.
   */
  readonly environment?: string;
  /** Members of the data of events, invokes and deferred runs that stay in clear, for routing. They are authenticated. */
  readonly clear?: readonly string[];
  /**
   * Members that get a blind index beside the sealed data, as `{customerId: "customerIdIndex"}`: a text that is equal for
   * equal values, for conditions and flow-control keys. Equality and frequency are in sight, the value is not.
   */
  readonly blind?: Readonly<Record<string, string>>;
  /** The key that makes blind indexes, by id, so that they stay the same when the active key changes. */
  readonly indexKeyId?: string;
  /** `keyed` replaces names of steps by keyed hashes. */
  readonly names?: "clear" | "keyed";
  /** Names of error classes that may be in sight, beside those of the language and of the SDK. */
  readonly errorNames?: readonly string[];
  /** Blurs lengths (`padme`), or leaves them as they are. */
  readonly padding?: Padding;
  /**
   * Lets values in clear pass where sealed ones must be: for ever, or until a day such as `2027-01-31`. For the time in
   * which apps move to sealing; until then whoever stores the data can write it, too.
   */
  readonly acceptPlaintext?: true | string;
  /** Also opens the published format while `acceptPlaintext` holds: for the time in which apps move from it. */
  readonly published?: CompatibleKeys;
  /** Accepts what another run's steps sealed: what a rerun needs that brings the original run's results along. */
  readonly acceptOriginalRuns?: boolean;
  /** Opens events that were sealed with a public key. They are nobody's proven word, so each event is named. */
  readonly receives?: { readonly keyPairs: readonly string[]; readonly events: readonly string[] };
}

/** The checked form of what the strict defaults and the options make. */
export interface Policy {
  readonly environment: string | null;
  readonly clear: readonly string[];
  readonly blind: ReadonlyMap<string, string>;
  readonly indexKeyId: string | null;
  readonly hidesNames: boolean;
  readonly errorNames: ReadonlySet<string>;
  /** Unix milliseconds until which values in clear pass. */
  readonly plaintextUntil: number;
  readonly acceptsOriginalRuns: boolean;
  readonly publicEvents: ReadonlySet<string>;
}

const ERROR_NAMES = [
  "Error",
  "AggregateError",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "NonRetriableError",
  "RetryAfterError",
  "StepError",
];
/** As `isSealedError` of the protocol asks. */
const ERROR_NAME = /^[A-Za-z_$][\w$.]{0,63}$/;

/** @throws HoldfastError `config_invalid` for options that cannot be meant. */
export function policyOf(options: SealingOptions): Policy {
  const { clear = [], blind = {}, errorNames = [], names = "clear" } = options;
  const blindNames = new Map(Object.entries(blind));
  assertClearNames(clear);
  assertClearNames([...blindNames.values()]);
  const outside = [...clear, ...blindNames.values()];
  const doubled = outside.find((name, index) => outside.indexOf(name) !== index);
  if (doubled !== undefined) throw invalid(`two members outside are called "${doubled}"`);
  const odd = errorNames.find((name) => !ERROR_NAME.test(name));
  if (odd !== undefined) throw invalid(`"${odd}" is no name of an error class`);
  return {
    environment: options.environment ?? null,
    clear,
    blind: blindNames,
    indexKeyId: options.indexKeyId ?? null,
    hidesNames: names === "keyed",
    errorNames: new Set([...ERROR_NAMES, ...errorNames]),
    plaintextUntil: plaintextUntil(options.acceptPlaintext),
    acceptsOriginalRuns: options.acceptOriginalRuns ?? false,
    publicEvents: new Set(options.receives?.events),
  };
}

function plaintextUntil(accept: true | string | undefined): number {
  if (accept === undefined) return Number.NEGATIVE_INFINITY;
  if (accept === true) return Number.POSITIVE_INFINITY;
  const until = Date.parse(accept);
  if (/^\d{4}-\d{2}-\d{2}/.test(accept) && Number.isFinite(until)) return until;
  throw invalid(`acceptPlaintext must be true or a day such as 2027-01-31`);
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("config_invalid", `Cannot seal with these options: ${reason}.`);
}
