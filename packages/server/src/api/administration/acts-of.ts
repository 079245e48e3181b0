import { HoldfastError } from "@holdfast/protocol";
import type { EventKeyAdministration, SigningKeyAdministration } from "#keys";
import type { AdministrationContext, EnvironmentActs, InEnvironment } from "./context.ts";

/** What operators may do with the environment that a route names. @throws HoldfastError `environment_unknown` */
export async function actsOf(
  context: AdministrationContext,
  request: InEnvironment,
): Promise<EnvironmentActs> {
  const { environment } = request.params;
  const acts = await context.acts(environment);
  if (acts !== null) return acts;
  throw unknownEnvironment(environment);
}

/** In the same words whether there is none of this name, or one that the caller may not know of. */
export function unknownEnvironment(name: string): HoldfastError {
  return new HoldfastError("environment_unknown", `There is no environment "${name.slice(0, 80)}".`);
}

/** The same acts, of an environment that has keys. @throws HoldfastError `conflict` for one that asks for none */
export async function keyActsOf(
  context: AdministrationContext,
  request: InEnvironment,
): Promise<{ readonly signingKeys: SigningKeyAdministration; readonly eventKeys: EventKeyAdministration }> {
  const { eventKeys, signingKeys } = await actsOf(context, request);
  if (signingKeys !== null && eventKeys !== null) return { signingKeys, eventKeys };
  throw new HoldfastError("conflict", "A development server asks for no keys, and has none.");
}
