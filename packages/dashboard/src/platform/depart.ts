import { isSafeDeparture } from "../access/way-in.ts";

/**
 * Leaves for an identity provider.
 *
 * @throws Error when the answer names a place that no browser should be sent to
 */
export function depart(url: string): void {
  if (!isSafeDeparture(url, location.origin))
    throw new Error("The identity provider’s address is not https, so this page does not go there.");
  location.assign(url);
}
