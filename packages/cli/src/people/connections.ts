import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { textOption } from "../text-option.ts";

/** Lists connections to identity providers. */
export async function listConnections(invocation: Invocation): Promise<number> {
  const { report } = invocation;
  const { style } = report;
  const connections = await connectAsOperator(invocation).ssoConnections();
  report.result(
    connections,
    connections.map(({ confirm_by: until, domains, id, kind, name, state }) => {
      const mark = state === "optional" || state === "required" ? style.green(style.done) : style.dim("x");
      const facts = [
        kind === "saml" ? "SAML" : "OpenID Connect",
        state,
        ...(until === null ? [] : [`until ${until}, unless somebody confirms it`]),
        domains.length === 0 ? "no domain" : domains.join(", "),
      ];
      return `  ${mark} ${style.bold(id)}  ${printable(name)}  ${style.dim(facts.join("; "))}`;
    }),
  );
  return EXIT.done;
}

/** Turns a connection off: for when it locks people out, and somebody has the machine. */
export async function disableConnection(invocation: Invocation): Promise<number> {
  const { operands, options, report } = invocation;
  const [id = ""] = operands;
  const reason = textOption(options, "reason");
  if (reason === undefined)
    throw new HoldfastError(
      "usage_invalid",
      "Cannot turn single sign-on off without a reason: the log keeps it.",
      {
        next: 'holdfast sso disable <connection> --reason "the provider is down"',
      },
    );
  const { name } = await connectAsOperator(invocation).enableSso(id, "disabled", reason);
  report.result({ id, state: "disabled" }, [
    `  ${report.style.green(report.style.done)} ${printable(name)} is off. People sign in by their passwords and passkeys.`,
  ]);
  return EXIT.done;
}

/** Takes the word of whoever runs the server on whose a domain is. */
export async function trustDomain(invocation: Invocation): Promise<number> {
  const { operands, report } = invocation;
  const [domain = ""] = operands;
  const trusted = await connectAsOperator(invocation).trustDomain(domain);
  report.result(trusted, [
    `  ${report.style.green(report.style.done)} ${printable(trusted.domain)} is verified.`,
  ]);
  return EXIT.done;
}
