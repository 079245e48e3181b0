import { canonicalJson, Header } from "@holdfast/protocol";
import type { AnswerToSign, RequestVerdict } from "../signatures/contract.ts";
import type { OutgoingAnswer } from "./contract.ts";
import { SDK_NAME } from "./sdk-version.ts";
import type { ServedApp } from "./served-app.ts";

/** An answer before it is signed: its body is text. */
export interface PlainAnswer extends AnswerToSign {
  readonly body: string;
}

/** An answer of JSON with what each one says about its SDK. */
export function jsonAnswer(
  app: ServedApp,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): PlainAnswer {
  return textAnswer(app, status, canonicalJson(value), headers);
}

/** The same for a body that is text already. */
export function textAnswer(
  app: ServedApp,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): PlainAnswer {
  return { status, headers: { ...sdkHeaders(app), ...headers }, body };
}

/** Signs an answer when its request was signed. */
export async function signedAnswer(
  answer: PlainAnswer,
  verdict: (RequestVerdict & { readonly ok: true }) | null,
): Promise<PlainAnswer & OutgoingAnswer> {
  if (verdict === null) return answer;
  return { ...answer, headers: { ...answer.headers, ...(await verdict.signAnswer(answer)) } };
}

/** What answers say to those who may know (wire-protocol 6.2). */
export function sdkHeaders(app: ServedApp): Readonly<Record<string, string>> {
  const { environment } = app.client;
  return {
    "content-type": "application/json",
    [Header.sdk]: SDK_NAME,
    [Header.sdkHandled]: "true",
    [Header.framework]: app.framework,
    ...(app.platform === null ? {} : { [Header.platform]: app.platform }),
    ...(environment === "" ? {} : { [Header.environment]: environment }),
  };
}
