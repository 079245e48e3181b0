import { HoldfastError } from "@holdfast/protocol";
import type { Mail } from "#mail";
import type { AdministrationContext } from "./context.ts";
import { booleanField } from "./grant-fields.ts";

/**
 * The mail of this server where a request asks for it (`mail`), before anything is made that would have to be sent. Null: it does not ask,
 * and hands the link over by itself.
 *
 * @throws HoldfastError `request_invalid` where there is no mail
 */
export function mailOf(
  fields: Readonly<Record<string, unknown>>,
  { mail }: Pick<AdministrationContext, "mail">,
): Mail | null {
  if (booleanField(fields, "mail") !== true) return null;
  if (mail !== null) return mail;
  throw new HoldfastError("request_invalid", "This server sends no mail.", {
    next: "Hand the link over yourself, or start the server with --smtp-url-file and --mail-from.",
  });
}
