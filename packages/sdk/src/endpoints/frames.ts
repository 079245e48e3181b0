import type { RecordedResponse } from "./contract.ts";

/** An answer at the end of a stream. */
export interface StreamedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a caller reads along (wire-protocol 16.5). */
export type Frame =
  | { readonly event: "inngest.metadata"; readonly data: { readonly runId: string } }
  | {
      readonly event: "inngest.stream";
      readonly data: { readonly data: unknown; readonly hashedStepId?: string };
    }
  /** What was said by a step, or outside of steps, counts, or was taken back. */
  | {
      readonly event: "inngest.commit" | "inngest.rollback";
      readonly data: { readonly hashedStepId: string | null };
    }
  | {
      readonly event: "inngest.redirect_info";
      /** `outputUrl` is where the answer is read when the stream ends without it. Some SDKs do not name it. */
      readonly data: { readonly runId: string; readonly url: string; readonly outputUrl?: string };
    }
  | {
      readonly event: "inngest.response";
      readonly data: { readonly status: "succeeded" | "failed"; readonly response: unknown };
    };

/** Takes frames, in order. */
export type FrameSink = (frame: Frame) => void;

/** A frame as it is written. */
export function frameText({ event, data }: Frame): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A recorded answer in the form that streams have for one: cookies are for those who get it as an answer. */
export function streamedResponse({ status, headers, body }: RecordedResponse): StreamedResponse {
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return { statusCode: status, headers: Object.fromEntries(texts), body };
}
