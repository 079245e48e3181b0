import type { Environment } from "@holdfast/client";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { environmentLine } from "./line.ts";

/** Lists environments, branches below their family. */
export async function listEnvironments(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const environments = await connectAsOperator(invocation).environments();
  report.result(
    environments,
    [...environments].sort(byFamily).map((each) => environmentLine(each, report.style)),
  );
  return EXIT.done;
}

function byFamily(one: Environment, other: Environment): number {
  const place = ({ family, name }: Environment): string => (family === null ? name : `${family} ${name}`);
  return place(one) < place(other) ? -1 : 1;
}
