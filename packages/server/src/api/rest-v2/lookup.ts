import { HoldfastError } from "@holdfast/protocol";
import type { FunctionDefinition, Registry } from "#registry";
import type { AppRecord } from "#store";

/** What a function is called in v2: its id without its app in front. */
export function publicFunctionId(definition: Pick<FunctionDefinition, "slug" | "appName">): string {
  const prefix = `${definition.appName}-`;
  return definition.slug.startsWith(prefix) ? definition.slug.slice(prefix.length) : definition.slug;
}

/** The app of this name. @throws HoldfastError `not_found` */
export function appNamed(registry: Registry, name: string): AppRecord {
  const app = registry.app(name);
  if (app === null) throw new HoldfastError("not_found", `App not found: ${name.slice(0, 200)}`);
  return app;
}

/** The functions of an app that an id names: with or without the app in front, or by UUID. At most one is in use. */
export function functionsNamed(
  registry: Registry,
  appName: string,
  id: string,
): readonly FunctionDefinition[] {
  return registry
    .functions()
    .filter(
      (one) => one.appName === appName && (one.slug === id || one.id === id || publicFunctionId(one) === id),
    );
}

/**
 * The function in a path that names an app and a function. One in use goes before one that was archived; the exact slug
 * goes before one that only becomes the id without its app.
 *
 * @throws HoldfastError `not_found`
 */
export function functionNamed(registry: Registry, appName: string, id: string): FunctionDefinition {
  const app = appNamed(registry, appName);
  const found = functionsNamed(registry, app.name, id);
  const best =
    found.find(({ archived, slug }) => !archived && slug === id) ?? found.find((one) => !one.archived);
  const definition = best ?? found[0];
  if (definition === undefined) {
    throw new HoldfastError(
      "not_found",
      `Function not found: app ${app.name.slice(0, 200)} has no ${id.slice(0, 200)}`,
    );
  }
  return definition;
}
