import { HoldfastError, ROLES } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { listOption, textOption } from "../text-option.ts";

/** Lists the tokens of operators. */
export async function listOperatorTokens(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const { style } = report;
  const tokens = await connectAsOperator(invocation).operatorTokens();
  report.result(
    tokens,
    tokens.map(
      ({ environments, expires_at: expires, id, last_used_at: used, name, revoked_at: revoked, role }) => {
        const mark = revoked === null ? style.green(style.done) : style.dim("x");
        const facts = [
          environments === null ? role : `${role} in ${environments.join(", ")}`,
          revoked === null
            ? expires === null
              ? "does not expire"
              : `expires ${expires}`
            : `revoked ${revoked}`,
          used === null ? "never used" : `last used ${used}`,
        ];
        return `  ${mark} ${style.bold(id)}  ${printable(name)}  ${style.dim(facts.join("; "))}`;
      },
    ),
  );
  return EXIT.done;
}

/** Makes a token, and shows it this once. */
export async function createOperatorToken(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [name = ""] = operands;
  const named = textOption(options, "role");
  const role = ROLES.find((each) => each === named);
  // Nobody is made an owner because nothing was said.
  if (role === undefined)
    throw new HoldfastError(
      "usage_invalid",
      `Cannot make a token without a role, one of ${ROLES.join(", ")}.`,
      {
        next: `holdfast keys operator new ${JSON.stringify(name)} --role ${named === undefined ? "viewer" : ROLES[0]}`,
      },
    );
  const environments = listOption(options, "only-env");
  const expires = textOption(options, "expires");
  const made = await connectAsOperator(invocation).createOperatorToken({
    name,
    role,
    ...(environments === undefined ? {} : { environments }),
    ...(options.get("payloads") === true ? { payloads: true } : {}),
    ...(expires === undefined ? {} : { expires }),
  });
  const where = environments === undefined ? "everywhere" : `in ${environments.join(", ")}`;
  report.result(made, [
    `  ${report.style.green(report.style.done)} ${report.style.bold(made.id)}  ${printable(name)}  ${report.style.dim(`${role} ${where}`)}`,
    "",
    `    ${made.secret ?? ""}`,
    "",
    report.style.dim("    It is shown this once."),
  ]);
  return EXIT.done;
}

/** Ends a token for ever. */
export async function revokeOperatorToken(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  await connectAsOperator(invocation).revokeOperatorToken(id, textOption(options, "reason"));
  report.result({ id }, [`  ${report.style.green(report.style.done)} Token ${id} is revoked.`]);
  return EXIT.done;
}
