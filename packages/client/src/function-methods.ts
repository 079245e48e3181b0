import type { RunId } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import { pageOf, queryOf } from "./run-methods.ts";
import type { FunctionInfo, Page } from "./v2-shapes.ts";

/** What can be asked about functions. A function is named by its app and its id, with or without the app in front. */
export interface FunctionMethods {
  /** One page of the functions of an app. */
  functions(
    appId: string,
    options?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<FunctionInfo>>;
  /** Starts one function, whatever its triggers. */
  invoke(
    appId: string,
    functionId: string,
    request: { readonly data: Readonly<Record<string, unknown>>; readonly idempotencyKey?: string },
  ): Promise<{ readonly runId: RunId }>;
  /** Holds back a function's calls and skips its new runs. `changed` is false when it was paused already. */
  pauseFunction(appId: string, functionId: string): Promise<{ readonly changed: boolean }>;
  /** `changed` is false when it was not paused. */
  resumeFunction(appId: string, functionId: string): Promise<{ readonly changed: boolean }>;
}

export function functionMethods({ answer, data }: Asking): FunctionMethods {
  const turn = async (
    act: "pause" | "resume",
    appId: string,
    functionId: string,
  ): Promise<{ readonly changed: boolean }> => {
    const { changed = false } = await data<{ readonly changed?: boolean }>({
      purpose: `${act} function "${functionId}"`,
      path: path("v2", "apps", appId, "functions", functionId, act),
      method: "POST",
    });
    return { changed };
  };
  return {
    async functions(appId, options = {}) {
      const found = await answer({
        purpose: `list the functions of app "${appId}"`,
        path: `${path("v2", "apps", appId, "functions")}${queryOf(options)}`,
        method: "GET",
      });
      return pageOf<FunctionInfo>(found);
    },
    invoke: (appId, functionId, request) =>
      data<{ readonly runId: RunId }>({
        purpose: `invoke function "${functionId}"`,
        path: path("v2", "apps", appId, "functions", functionId, "invoke"),
        method: "POST",
        body: request,
      }),
    pauseFunction: (appId, functionId) => turn("pause", appId, functionId),
    resumeFunction: (appId, functionId) => turn("resume", appId, functionId),
  };
}
