import type { EgressPolicyInfo } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator, environmentOf } from "../operator-connection.ts";
import { printable } from "../printable.ts";

/** Shows where an environment's requests may go. */
export async function showEgress(invocation: Invocation): Promise<number> {
  report(invocation, await connectAsOperator(invocation).egressPolicy(environmentOf(invocation)));
  return EXIT.done;
}

/** Adds a host, an address or a range to what may be called. */
export function allowEgress(invocation: Invocation): Promise<number> {
  return change(invocation, ({ allow }, entry) => ({ allow: [...new Set([...allow, entry])] }));
}

/** Takes one away again. What stands in the server's settings stays. */
export function denyEgress(invocation: Invocation): Promise<number> {
  return change(invocation, ({ allow, plain_http: plain }, entry) => ({
    allow: allow.filter((each) => each !== entry),
    plain_http: plain.filter((each) => each !== entry),
  }));
}

/** Accepts plain http for one host of a private network. */
export function allowPlainHttp(invocation: Invocation): Promise<number> {
  return change(invocation, ({ plain_http: plain }, host) => ({
    plain_http: [...new Set([...plain, host])],
  }));
}

/** Sets what holds for hosts that are not listed. */
export function setEgressMode(invocation: Invocation): Promise<number> {
  return change(invocation, (_policy, word) => {
    const mode = (["public", "listed", "any"] as const).find((each) => each === word);
    if (mode !== undefined) return { mode };
    throw new HoldfastError("usage_invalid", `Cannot use "${word}": a mode is public, listed or any.`);
  });
}

async function change(
  invocation: Invocation,
  act: (policy: EgressPolicyInfo, operand: string) => Partial<EgressPolicyInfo>,
): Promise<number> {
  const client = connectAsOperator(invocation);
  const environment = environmentOf(invocation);
  const [operand = ""] = invocation.operands;
  const before = await client.egressPolicy(environment);
  report(invocation, await client.setEgressPolicy(environment, act(before, operand)));
  return EXIT.done;
}

function report({ report: to }: Invocation, policy: EgressPolicyInfo): void {
  const { allow, mode, plain_http: plain } = policy;
  const words = {
    public: "public addresses, and what is listed",
    listed: "what is listed alone",
    any: "any address",
  };
  to.result(policy, [
    `  ${to.style.bold(mode)}  ${to.style.dim(words[mode])}`,
    ...allow.map((entry) => `    ${to.style.green(to.style.done)} ${printable(entry)}`),
    ...plain.map(
      (host) => `    ${to.style.yellow("!")} ${printable(host)}  ${to.style.dim("over plain http")}`,
    ),
  ]);
}
