import type { AuditAct, Authority } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import { NO_LIMITS } from "./limits.ts";
import type { EgressLimits, EgressPolicy } from "./policy-contract.ts";
import type { EgressRules } from "./policy.ts";
import { readRules } from "./policy.ts";

/** Where a policy is kept, as far as it needs to know. */
export interface PolicyStore<Draft> {
  records(kind: "egress-policy"): Promise<readonly { readonly revision: number; readonly body: string }[]>;
  commit(act: {
    readonly changes: readonly {
      readonly kind: "egress-policy";
      readonly id: string;
      readonly expectedRevision: number;
      readonly body: string;
    }[];
    readonly audit: readonly [Draft];
  }): Promise<{ readonly kind: "committed" | "conflict" }>;
}

export interface EgressPolicyDeps<Draft> {
  readonly administration: PolicyStore<Draft>;
  readonly draft: (act: AuditAct) => Draft;
  /** What holds beside what operators decided: the server's own settings. */
  readonly configured: EgressPolicy;
}

/** Where an environment's requests may go, as it is now. */
export interface EgressPolicyAdministration {
  /** What operators decided and what the server was started with, together. */
  get(): Required<EgressPolicy>;
  rules(): EgressRules;
  /** Puts a policy in the place of what operators decided before. @throws HoldfastError `request_invalid`, `conflict` */
  set(by: Authority, policy: EgressPolicy): Promise<Required<EgressPolicy>>;
}

/** @throws HoldfastError `request_invalid` for settings that are no policy */
export async function openEgressPolicy<Draft>(
  deps: EgressPolicyDeps<Draft>,
): Promise<EgressPolicyAdministration> {
  const { administration, configured, draft } = deps;
  const [stored] = await administration.records("egress-policy");
  let revision = stored?.revision ?? 0;
  // Written by `set` below.
  let decided = stored === undefined ? null : (JSON.parse(stored.body) as EgressPolicy);
  const together = (): Required<EgressPolicy> => ({
    mode: decided?.mode ?? configured.mode,
    allow: [...new Set([...configured.allow, ...(decided?.allow ?? [])])],
    plainHttp: [...new Set([...configured.plainHttp, ...(decided?.plainHttp ?? [])])],
    limits: decided?.limits ?? configured.limits ?? NO_LIMITS,
  });
  let rules = readRules(together());

  return {
    get: together,
    rules: () => rules,
    async set(by, policy) {
      readRules(policy);
      const before = together();
      const changes = {
        mode: { from: before.mode, to: policy.mode },
        allow: { from: before.allow, to: policy.allow },
        plain_http: { from: before.plainHttp, to: policy.plainHttp },
        ...limitChanges(before.limits, policy.limits ?? NO_LIMITS),
      };
      const outcome = await administration.commit({
        changes: [
          { kind: "egress-policy", id: "policy", expectedRevision: revision, body: JSON.stringify(policy) },
        ],
        audit: [
          draft({
            action: "egress.policy_changed",
            authority: by,
            targets: [{ type: "egress_policy", id: "policy", name: null }],
            result: "success",
            reason: null,
            changes,
          }),
        ],
      });
      if (outcome.kind === "conflict")
        throw new HoldfastError("conflict", "Cannot change the egress policy: it was changed meanwhile.");
      revision += 1;
      decided = policy;
      rules = readRules(together());
      return together();
    },
  };
}

function limitChanges(from: EgressLimits, to: EgressLimits): AuditAct["changes"] {
  return {
    timeout_ms: { from: from.timeoutMs, to: to.timeoutMs },
    answer_bytes: { from: from.answerBytes, to: to.answerBytes },
    concurrency: { from: from.concurrency, to: to.concurrency },
  };
}
