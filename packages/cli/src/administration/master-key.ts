import { randomBytes } from "node:crypto";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";

/** Makes a master key. It goes to stdout alone, for a file or a secret store. */
export async function newMasterKey({ report }: Invocation): Promise<number> {
  const key = randomBytes(32).toString("base64");
  report.result({ key }, [key]);
  return EXIT.done;
}

/** Shows which master key wraps the data keys. */
export async function showMasterKeys(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const uses = await connectAsOperator(invocation).masterKeyUses();
  report.result(
    uses,
    uses.map(
      ({ created_at: at, data_key: key, environment, master_key: master }) =>
        `  ${report.style.bold(environment)}  data key ${key}, under master key ${master}  ${report.style.dim(at)}`,
    ),
  );
  return EXIT.done;
}

/** Wraps every data key with the master key that the server was started with first. */
export async function rewrapDataKeys(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const outcome = await connectAsOperator(invocation).rewrap();
  const { rewrapped: count } = outcome;
  report.result(outcome, [
    `  ${report.style.green(report.style.done)} ${count === 0 ? "Every data key is under the current master key." : `${count} data key${count === 1 ? " was" : "s were"} wrapped anew. The old master key is needed no more.`}`,
  ]);
  return EXIT.done;
}

/** Destroys a data key. What it sealed can be opened by nobody afterwards, not even from a copy of the files made later. */
export async function destroyDataKey(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  if (!options.has("yes"))
    throw new HoldfastError(
      "usage_invalid",
      `Every secret that data key ${id} sealed would be lost for ever.`,
      {
        next: "If that is what you want, say --yes.",
      },
    );
  await connectAsOperator(invocation).destroyDataKey(environmentOf(invocation), id);
  report.result({ id }, [`  ${report.style.green(report.style.done)} Data key ${id} is destroyed.`]);
  return EXIT.done;
}
