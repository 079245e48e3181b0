/** The variables that a client reads, by what follows the prefix. */
export type VariableName =
  | "ALLOW_IN_BAND_SYNC"
  | "API_BASE_URL"
  | "BASE_URL"
  | "DEV"
  | "ENV"
  | "EVENT_API_BASE_URL"
  | "EVENT_KEY"
  | "SERVER_KEYS"
  | "SERVE_ORIGIN"
  | "SERVE_PATH"
  | "SIGNATURES"
  | "SIGNING_KEY"
  | "SIGNING_KEY_FALLBACK"
  | "STREAMING";

/** Our own name first; the other is what apps of the official SDK already have in their environment. */
const PREFIXES = ["HOLDFAST_", "INNGEST_"] as const;

/** A value and where it came from, for messages. */
export interface Given {
  readonly value: string;
  readonly source: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A variable by either name, without white space around it. An empty one is none. */
export function readVariable(variables: Variables, name: VariableName): Given | null {
  for (const prefix of PREFIXES) {
    const value = variables[prefix + name]?.trim() ?? "";
    if (value !== "") return { value, source: prefix + name };
  }
  return null;
}

/** What is read of an environment after a client was made: who the platform is, and keys of model providers. */
const KEPT = [
  "VERCEL",
  "NETLIFY",
  "CF_PAGES",
  "RENDER",
  "RAILWAY_ENVIRONMENT",
  "FLY_APP_NAME",
  "AWS_LAMBDA_FUNCTION_NAME",
  "ANTHROPIC_API_KEY",
  "DEEPSEEK_API_KEY",
  "GEMINI_API_KEY",
  "GROK_API_KEY",
  "OPENAI_API_KEY",
  "XAI_API_KEY",
] as const;

/** The few variables that a client keeps, hidden from whoever lists or prints what holds them. */
export function keptVariables(variables: Variables): Variables {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = variables[name];
    if (value === undefined) continue;
    Object.defineProperty(kept, name, { get: () => value, enumerable: false });
  }
  return Object.freeze(kept);
}
