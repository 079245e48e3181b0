/** A model, as `step.ai.infer` asks it. */
export interface ModelAdapter<Body = unknown, Output = unknown> {
  /** Whose way of asking it is, and where the key goes. */
  readonly format: "openai-chat" | "anthropic" | "gemini";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The provider's key; absent when the environment has it. */
  readonly apiKey?: string;
  /** The variable of the environment that holds the key. */
  readonly keyVariable: string;
  /** What is asked, with what the adapter adds to it. */
  complete(body: Body): Body;
  /** For the compiler alone: what the provider answers. */
  readonly output?: Output;
}

/** How a model is named. */
export interface ModelOptions<Body> {
  readonly model: string;
  readonly apiKey?: string;
  /** The provider's address, when it is not its usual one. */
  readonly baseUrl?: string;
  /** What every request has beside its own. */
  readonly defaultParameters?: Partial<Body>;
}

export interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly [name: string]: unknown;
}
export interface ChatAnswer {
  readonly choices: readonly {
    readonly message: { readonly role: string; readonly content: string | null };
  }[];
  readonly [name: string]: unknown;
}
export interface AnthropicBody {
  readonly max_tokens: number;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly [name: string]: unknown;
}
export interface AnthropicAnswer {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly [name: string]: unknown;
}
export interface GeminiBody {
  readonly contents: readonly { readonly role?: string; readonly parts: readonly unknown[] }[];
  readonly [name: string]: unknown;
}
export interface GeminiAnswer {
  readonly candidates: readonly { readonly content: { readonly parts: readonly unknown[] } }[];
  readonly [name: string]: unknown;
}

/** The providers that are known by name. */
export interface AiModels {
  openai(options: ModelOptions<ChatBody>): ModelAdapter<ChatBody, ChatAnswer>;
  anthropic(options: ModelOptions<AnthropicBody>): ModelAdapter<AnthropicBody, AnthropicAnswer>;
  gemini(options: ModelOptions<GeminiBody>): ModelAdapter<GeminiBody, GeminiAnswer>;
  grok(options: ModelOptions<ChatBody>): ModelAdapter<ChatBody, ChatAnswer>;
  deepseek(options: ModelOptions<ChatBody>): ModelAdapter<ChatBody, ChatAnswer>;
}

/** Adapters for the providers that are known by name. */
export const aiModels: AiModels = {
  openai: (options) => chat(options, "https://api.openai.com/v1", "OPENAI_API_KEY"),
  grok: (options) => chat(options, "https://api.x.ai/v1", "XAI_API_KEY"),
  deepseek: (options) => chat(options, "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
  anthropic: ({ model, baseUrl, defaultParameters, apiKey }) => ({
    format: "anthropic",
    url: `${trimmed(baseUrl ?? "https://api.anthropic.com/v1")}/messages`,
    headers: { "anthropic-version": "2023-06-01" },
    ...(apiKey === undefined ? {} : { apiKey }),
    keyVariable: "ANTHROPIC_API_KEY",
    complete: (body) => ({ ...defaultParameters, model, ...body }),
  }),
  gemini: ({ model, baseUrl, defaultParameters, apiKey }) => ({
    format: "gemini",
    url: `${trimmed(baseUrl ?? "https://generativelanguage.googleapis.com/v1beta")}/models/${encodeURIComponent(model)}:generateContent`,
    headers: {},
    ...(apiKey === undefined ? {} : { apiKey }),
    keyVariable: "GEMINI_API_KEY",
    complete: (body) => ({ ...defaultParameters, ...body }),
  }),
};

function chat(
  { model, baseUrl, defaultParameters, apiKey }: ModelOptions<ChatBody>,
  usualUrl: string,
  keyVariable: string,
): ModelAdapter<ChatBody, ChatAnswer> {
  return {
    format: "openai-chat",
    url: `${trimmed(baseUrl ?? usualUrl)}/chat/completions`,
    headers: {},
    ...(apiKey === undefined ? {} : { apiKey }),
    keyVariable,
    complete: (body) => ({ ...defaultParameters, model, ...body }),
  };
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}
