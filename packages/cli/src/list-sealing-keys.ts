import type { SealingKeyUse } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";

/** Lists the keys that stored data is sealed with. */
export async function listSealingKeys(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const keys = await connect(invocation).sealingKeys();
  const { style } = report;
  report.result(
    keys,
    keys.length === 0
      ? [`  ${style.green(style.done)} Nothing that is stored is sealed.`]
      : keys.map((key) => `  ${key.keyId ?? UNNAMED}  ${style.dim(factsOf(key))}`),
  );
  return EXIT.done;
}

/** As wide as an id. */
const UNNAMED = "(no key id) ";

function factsOf({ apps = [], firstSeenAt, format, lastSeenAt, valueCount }: SealingKeyUse): string {
  const named = apps.length === 0 ? "" : `, by ${apps.join(", ")}`;
  return `${format}, ${valueCount} value${valueCount === "1" ? "" : "s"}, ${firstSeenAt} to ${lastSeenAt}${named}`;
}
