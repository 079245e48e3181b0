import { appendFile } from "node:fs/promises";

/** What the outside world saw of an order: the effects that must not happen twice. */
export interface Entry {
  readonly order: string;
  readonly effect:
    | "stock reserved"
    | "card charged"
    | "confirmation mailed"
    | "invoice filed"
    | "review asked for";
  readonly detail: string;
}

/** Writes an effect down where it can be counted afterwards, in the file `ORDER_LEDGER` names, if any. */
export async function record(entry: Entry): Promise<void> {
  const path = process.env["ORDER_LEDGER"];
  if (path !== undefined) await appendFile(path, `${JSON.stringify(entry)}\n`);
}
