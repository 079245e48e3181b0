import type { Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";

type Weights = Readonly<Record<string, number>>;

/** How the variant of an experiment is chosen. */
export type Selection =
  | { readonly strategy: "fixed"; readonly variant: string }
  | { readonly strategy: "weighted"; readonly weights: Weights }
  | { readonly strategy: "bucket"; readonly value: string; readonly weights: Weights | null }
  | { readonly strategy: "custom"; readonly pick: () => string | Promise<string> };

/** Ways to choose a variant. Whatever they choose is stored with the run, and so chosen once. */
export const experiment = {
  /** Always this one. */
  fixed: (variant: string): Selection => ({ strategy: "fixed", variant }),
  /** By chance, in these proportions; the chance follows from the run. */
  weighted: (weights: Weights): Selection => ({ strategy: "weighted", weights }),
  /** By a value: the same value has the same variant in every run. No value counts as an empty one. */
  bucket: (
    value: string | number | boolean | null | undefined,
    options: { readonly weights?: Weights } = {},
  ): Selection => ({ strategy: "bucket", value: String(value ?? ""), weights: options.weights ?? null }),
  /** By a function of one's own, which asks for no steps. */
  custom: (pick: () => string | Promise<string>): Selection => ({ strategy: "custom", pick }),
};

/**
 * Chooses one of `names`.
 *
 * @param seed differs from experiment to experiment and from run to run.
 * @throws HoldfastError `step_invalid` for a choice that is none of them, or weights that cannot be drawn from.
 */
export async function chooseVariant(
  selection: Selection,
  names: readonly string[],
  { id, seed, digest }: { readonly id: string; readonly seed: string; readonly digest: Digest },
): Promise<string> {
  const chosen = await choose(selection, names, { id, seed, digest });
  if (names.includes(chosen)) return chosen;
  throw invalid(id, `chose the variant "${chosen}", which is none of ${names.join(", ")}`);
}

async function choose(
  selection: Selection,
  names: readonly string[],
  { id, seed, digest }: { readonly id: string; readonly seed: string; readonly digest: Digest },
): Promise<string> {
  switch (selection.strategy) {
    case "fixed":
      return selection.variant;
    case "weighted":
      return draw(selection.weights, fraction(digest, seed), id);
    case "bucket": {
      const weights = selection.weights ?? Object.fromEntries(names.map((name) => [name, 1]));
      return draw(weights, fraction(digest, `${id}\n${selection.value}`), id);
    }
    case "custom":
      return selection.pick();
  }
}

/** The name at this place, in [0, 1), of the weights laid end to end in the order of their names. */
function draw(weights: Weights, place: number, id: string): string {
  const entries = Object.entries(weights).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(total > 0) || !Number.isFinite(total) || entries.some(([, weight]) => !(weight >= 0))) {
    throw invalid(id, "has weights that cannot be drawn from: they must be 0 or more, and not all 0");
  }
  let left = place * total;
  for (const [name, weight] of entries) {
    if (left < weight) return name;
    left -= weight;
  }
  // Rounding may leave a rest behind the last weight.
  return entries.findLast(([, weight]) => weight > 0)?.[0] ?? "";
}

/** A number in [0, 1) that follows from a text. */
function fraction(digest: Digest, text: string): number {
  return Number.parseInt(digest.sha256Hex(text).slice(0, 13), 16) / 2 ** 52;
}

function invalid(id: string, what: string): HoldfastError {
  return new HoldfastError("step_invalid", `Experiment "${id}" ${what}.`);
}
