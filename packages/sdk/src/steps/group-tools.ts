import { HoldfastError } from "@holdfast/protocol";
import type { StepName } from "./contract.ts";
import type { Selection } from "./experiment.ts";
import { chooseVariant } from "./experiment.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { GroupTools } from "./step-tools.ts";

type Act = () => Promise<unknown>;
type Variants = Readonly<Record<string, () => unknown>>;

/** `group.parallel` and `group.experiment`. */
export function createGroupTools(host: StepHost): GroupTools {
  const tools = {
    async parallel(
      optionsOrAct: Act | { readonly mode?: "race" | "wait" },
      maybeAct?: Act,
    ): Promise<unknown> {
      const [options, act] =
        typeof optionsOrAct === "function" ? [{}, optionsOrAct] : [optionsOrAct, maybeAct];
      if (act === undefined) throw new HoldfastError("step_invalid", "group.parallel needs a function.");
      const scope = { ...host.scopes.current(), parallelMode: options.mode ?? ("race" as const) };
      return host.scopes.run(scope, act);
    },
    experiment: async (
      name: StepName,
      options: { readonly variants: Variants; readonly select: Selection },
    ) => runExperiment(host, name, options),
  };
  // The declaration's results follow from the functions that are given, which is known to the compiler alone.
  return tools as unknown as GroupTools;
}

async function runExperiment(
  host: StepHost,
  name: StepName,
  { variants, select }: { readonly variants: Variants; readonly select: Selection },
): Promise<unknown> {
  const request = selectionStep(host, name, Object.keys(variants), select);
  const { id } = request.options;
  const variant = String(await host.ask(request));
  const act = variants[variant];
  if (act === undefined || !Object.hasOwn(variants, variant)) {
    const message = `Experiment "${id}" chose the variant "${variant}" in this run, which is no longer there.`;
    throw new HoldfastError("step_invalid", message);
  }
  const variantSteps = { count: 0 };
  const before = host.stepCount();
  const result = await host.scopes.run({ ...host.scopes.current(), variantSteps }, async () => act());
  // Where nothing tells whose step it was, any counts.
  const count = host.scopes.isComplete ? variantSteps.count : host.stepCount() - before;
  if (count === 0) {
    const message = `The variant "${variant}" of experiment "${id}" asks for no step, and would be run anew in each call.`;
    throw new HoldfastError("step_invalid", message);
  }
  return { result, variant, experimentRef: { experimentName: id, variant } };
}

/** The step that chooses. */
function selectionStep(
  { call, client }: StepHost,
  name: StepName,
  names: readonly string[],
  select: Selection,
): StepRequest {
  const options = stepOptions(name, "group.experiment");
  const { id } = options;
  if (names.length === 0) throw new HoldfastError("step_invalid", `Experiment "${id}" has no variants.`);
  return {
    kind: "group.experiment",
    options,
    input: [],
    work: {
      where: "app",
      type: "group.experiment",
      reportsInput: false,
      async run(_, context) {
        const { digest } = client.world;
        const variant = await chooseVariant(select, names, { id, seed: `${call.runId}\n${id}`, digest });
        const weights = "weights" in select ? select.weights : null;
        context.note({
          kind: "inngest.experiment",
          values: {
            name: id,
            variant,
            selection_strategy: select.strategy,
            available_variants: names,
            ...(weights === null ? {} : { variant_weights: weights }),
          },
        });
        return variant;
      },
    },
  };
}
