import type { EgressPolicyInfo } from "@holdfast/client";
import { HoldfastError, parseDuration } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { environmentOf } from "../connection.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import { textOption } from "../text-option.ts";

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

/** Sets what a request may take; "none" takes a limit away, and what is not named stays. */
export function limitEgress(invocation: Invocation): Promise<number> {
  const { options } = invocation;
  const limits = {
    ...limitOf(textOption(options, "timeout"), "timeout", "timeout_seconds", secondsIn),
    ...limitOf(textOption(options, "answer-size"), "answer-size", "answer_bytes", countIn),
    ...limitOf(textOption(options, "concurrency"), "concurrency", "concurrency", countIn),
  };
  if (Object.keys(limits).length === 0)
    throw new HoldfastError("usage_invalid", "Cannot limit nothing: name a limit.", {
      next: "holdfast egress limit --timeout 2m",
    });
  return change(invocation, () => limits);
}

type LimitName = "timeout_seconds" | "answer_bytes" | "concurrency";

function limitOf(
  text: string | undefined,
  option: string,
  name: LimitName,
  read: (text: string) => number | null,
): Partial<Record<LimitName, number | null>> {
  if (text === undefined) return {};
  if (text === "none") return { [name]: null };
  const value = read(text);
  if (value !== null) return { [name]: value };
  throw new HoldfastError("usage_invalid", `Cannot use "${text}" for --${option}.`, {
    next: "holdfast egress limit --timeout 2m --answer-size 1048576 --concurrency 50",
  });
}

function countIn(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function secondsIn(text: string): number | null {
  if (/^\d+$/.test(text)) return countIn(text);
  try {
    return parseDuration(text) / 1000;
  } catch {
    return null;
  }
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
  const { allow, answer_bytes: size, concurrency, mode, plain_http: plain, timeout_seconds: time } = policy;
  const limits = [
    ...(time === null ? [] : [`${time} s for an answer`]),
    ...(size === null ? [] : [`${size} bytes of it`]),
    ...(concurrency === null ? [] : [`${concurrency} at once`]),
  ];
  const words = {
    public: "public addresses, and what is listed",
    listed: "what is listed alone",
    any: "any address",
  };
  to.result(policy, [
    `  ${to.style.bold(mode)}  ${to.style.dim(words[mode])}`,
    ...allow.map((entry) => `    ${to.style.green(to.style.done)} ${printable(entry)}`),
    ...limits.map((limit) => `    ${to.style.dim("at most")} ${limit}`),
    ...plain.map(
      (host) => `    ${to.style.yellow("!")} ${printable(host)}  ${to.style.dim("over plain http")}`,
    ),
  ]);
}
