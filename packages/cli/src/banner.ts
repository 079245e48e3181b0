import type { Style } from "./style.ts";

/** What `dev` prints first. */
export function devBanner(
  facts: {
    readonly version: string;
    readonly url: string;
    readonly dataDir: string;
    readonly discovery: boolean;
    readonly timeScale: number;
  },
  style: Style,
): readonly string[] {
  return [
    `  ${style.bold(`holdfast ${facts.version}`)}  dev mode ${style.between} data in ${facts.dataDir}`,
    "",
    `  Server   ${facts.url}`,
    `  Events   ${facts.url}/e/dev`,
    ...(facts.timeScale === 1 ? [] : [`  Time     ${style.yellow(`${facts.timeScale} times as fast`)}`]),
    "",
    style.dim(`  ${style.dots} ${facts.discovery ? "watching for apps" : "waiting for apps"}. Ctrl+C stops.`),
    "",
  ];
}

/** What `start` says about itself, on a terminal in lines, otherwise as one line of the log. */
export interface StartFacts {
  readonly version: string;
  readonly mode: "production";
  readonly url: string;
  readonly public_url: string | null;
  readonly store: "embedded";
  readonly data_dir: string;
  /** Where the keys are. Never a key. */
  readonly signing_keys: { readonly origin: string; readonly count: number; readonly made_now: boolean };
  readonly event_keys: { readonly origin: string; readonly count: number; readonly made_now: boolean };
  readonly operator_token: { readonly origin: string; readonly count: number; readonly made_now: boolean };
  /** The file of the key that wraps every secret at rest. */
  readonly master_key: string;
  readonly sdk_urls: readonly string[];
}

export function startBanner(facts: StartFacts, style: Style): readonly string[] {
  const keys = ({ origin, count, made_now }: StartFacts["signing_keys"]): string =>
    `${origin}${count > 1 ? ` (${count} keys, the first is used)` : ""}${made_now ? ` ${style.green("made now")}` : ""}`;
  return [
    `  ${style.bold(`holdfast ${facts.version}`)}  ${facts.mode}`,
    "",
    `  Server        ${facts.url}`,
    ...(facts.public_url === null ? [] : [`  Public URL    ${facts.public_url}`]),
    `  Store         ${facts.store}, in ${facts.data_dir}`,
    `  Signing key   ${keys(facts.signing_keys)}`,
    `  Event key     ${keys(facts.event_keys)}`,
    `  Operator      ${keys(facts.operator_token)}`,
    `  Master key    ${facts.master_key} ${style.dim("keep a copy elsewhere: without it no secret opens")}`,
    ...(facts.sdk_urls.length === 0 ? [] : [`  Apps          ${facts.sdk_urls.join(", ")}`]),
    "",
  ];
}
