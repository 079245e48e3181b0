import { HoldfastError } from "@holdfast/protocol";
import { addressRule } from "#kernel";
import type { Holder } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import type { SignInPolicyRecord } from "../records.ts";
import { SESSION_RANGE, SIGN_IN_POLICY } from "../sessions/session-limits.ts";

/** How people may sign in here. */
export interface SignInPolicy {
  readonly get: () => SignInPolicyRecord;
  /** @throws HoldfastError `request_invalid` */
  set(by: Holder, policy: SignInPolicyRecord): Promise<SignInPolicyRecord>;
}

/** @param usual what holds until somebody decides otherwise */
export function createSignInPolicy(ledger: Ledger, usual: SignInPolicyRecord = SIGN_IN_POLICY): SignInPolicy {
  const get = (): SignInPolicyRecord => ledger.get("sign-in-policy", "policy") ?? usual;
  return {
    get,
    set: (by, policy) =>
      ledger.inTurn(async () => {
        hold("session_idle", policy.idleMs, SESSION_RANGE.idle);
        hold("session_max", policy.maxMs, SESSION_RANGE.max);
        if (policy.idleMs > policy.maxMs)
          throw new HoldfastError("request_invalid", "session_idle must not be longer than session_max.");
        // Refuses an entry that is none, by its name.
        if (policy.emergencyNetworks != null) addressRule(policy.emergencyNetworks);
        policy.refusedWords?.forEach(holdWord);
        const before = get();
        await ledger.commit(
          [{ kind: "sign-in-policy", id: "policy", value: policy }],
          [
            {
              action: "sign_in_policy.changed",
              authority: by.authority,
              targets: [{ type: "installation", id: "installation", name: null }],
              result: "success",
              reason: null,
              changes: {
                second_factor_roles: { from: before.secondFactorRoles, to: policy.secondFactorRoles },
                session_idle_ms: { from: before.idleMs, to: policy.idleMs },
                session_max_ms: { from: before.maxMs, to: policy.maxMs },
                password: { from: before.password, to: policy.password },
                refused_words: { from: before.refusedWords ?? [], to: policy.refusedWords ?? [] },
                emergency_networks: {
                  from: before.emergencyNetworks ?? null,
                  to: policy.emergencyNetworks ?? null,
                },
              },
            },
          ],
        );
        return policy;
      }),
  };
}

const WORDS_MAX = 200;
const WORD_CHARS = { min: 4, max: 64 } as const;

/** A shorter word is a part of too many others. */
function holdWord(word: string, index: number): void {
  const { length } = Array.from(word);
  if (index >= WORDS_MAX)
    throw new HoldfastError("request_invalid", `refused_words must have at most ${WORDS_MAX} words.`);
  if (length < WORD_CHARS.min || length > WORD_CHARS.max)
    throw new HoldfastError(
      "request_invalid",
      `refused_words[${index}] must have ${WORD_CHARS.min} to ${WORD_CHARS.max} characters.`,
    );
}

function hold(name: string, ms: number, [min, max]: readonly [number, number]): void {
  if (ms >= min && ms <= max) return;
  throw new HoldfastError(
    "request_invalid",
    `${name} must be from ${min / 60_000} to ${max / 60_000} minutes.`,
  );
}
