import { HoldfastError } from "@holdfast/protocol";
import type { HoldfastFunction } from "../functions/contract.ts";
import { plainValue } from "../payloads/plain-value.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { StepName } from "./contract.ts";
import { dataOf } from "./invoke-step.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { Defer } from "./step-tools.ts";
import { targetFunction } from "./target-function.ts";

/**
 * `defer`: an op that travels with whatever is answered next. What the server has noted already is not sent again.
 *
 * The tool throws HoldfastError `step_invalid` for an id that the run deferred before, or what is no deferred function.
 */
export function createDefer(host: StepHost): Defer {
  const { call, record } = host;
  const seen = new Set<string>();
  const deferred = (
    name: StepName,
    given: { readonly function: HoldfastFunction; readonly data?: unknown; readonly meta?: unknown },
  ): { abort(): void } => {
    const { id: userlandId, name: label } = stepOptions(name, "defer");
    if (seen.has(userlandId)) {
      throw new HoldfastError(
        "step_invalid",
        `"${userlandId}" was deferred before in this run: ids must differ.`,
      );
    }
    const target = targetFunction(given.function, { app: record.app, stepId: userlandId });
    if (target.kind !== "deferred") {
      throw new HoldfastError("step_invalid", `"${userlandId}" defers what was not made by createDefer.`);
    }
    // As it is now: the op may be written later, when the author has changed the object.
    const data = dataOf(
      plainValue(dataOf(given.data, userlandId), `The data of "${userlandId}"`),
      userlandId,
    );
    seen.add(userlandId);
    const id = sha1Hex(userlandId);
    const displayName = label ?? userlandId;
    const { app, functionId } = target;
    if (!call.abortable.has(id)) {
      host.defer({ op: "DeferAdd", id, userlandId, displayName, app, functionId, data, meta: given.meta });
    }
    let isAborted = false;
    return {
      abort() {
        if (isAborted) return;
        isAborted = true;
        host.defer({ op: "DeferAbort", id: sha1Hex(`${id}:abort`), userlandId, displayName, target: id });
      },
    };
  };
  return deferred;
}
