import type { App, Client } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import { nearest } from "./nearest.ts";

/** A function of a server's, as routes name it. */
export interface FoundFunction {
  readonly appName: string;
  readonly slug: string;
  readonly name: string;
}

/**
 * The function that a person means: by its slug, its id without the app, `<app>/<id>`, or its name.
 *
 * @throws HoldfastError `not_found` with the nearest name, `usage_invalid` when several functions are meant
 */
export async function findFunction(client: Client, text: string): Promise<FoundFunction> {
  return chooseFunction(await client.apps(), text);
}

export function chooseFunction(apps: readonly App[], text: string): FoundFunction {
  const all = apps.flatMap((app) =>
    app.functions.map(({ name, slug }) => ({ appName: app.name, slug, name, id: idOf(app.name, slug) })),
  );
  const exact = all.find(({ slug }) => slug === text);
  if (exact !== undefined) return exact;
  const meant = all.filter(
    ({ appName, id, name }) => id === text || name === text || `${appName}/${id}` === text,
  );
  const [found] = meant;
  if (found === undefined) {
    const close = nearest(
      text,
      all.flatMap(({ id, slug }) => [slug, id]),
    );
    throw new HoldfastError("not_found", `Cannot find the function "${text}" on this server.`, {
      next: close === null ? "See holdfast functions list." : `Did you mean ${close}?`,
    });
  }
  if (meant.length > 1) {
    throw new HoldfastError("usage_invalid", `Cannot tell which function "${text}" is meant.`, {
      next: `Name one of: ${meant.map(({ slug }) => slug).join(", ")}.`,
    });
  }
  return found;
}

function idOf(appName: string, slug: string): string {
  return slug.startsWith(`${appName}-`) ? slug.slice(appName.length + 1) : slug;
}
