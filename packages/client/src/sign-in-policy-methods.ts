import type { Role } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";

/** What the installation asks of those who sign in. Lengths are durations such as `12h`. */
export interface SignInPolicy {
  /** Roles that need a second factor. */
  readonly mfa_roles: readonly Role[];
  readonly session_idle: string;
  readonly session_max: string;
  /** Whether passwords open anything. */
  readonly password: boolean;
  /** Addresses and ranges from where break-glass accounts and codes are good; null: from anywhere. */
  readonly break_glass_networks: readonly string[] | null;
  /** Words that new passwords are not made of. */
  readonly refused_words: readonly string[];
}

export interface SignInPolicyMethods {
  signInPolicy(): Promise<SignInPolicy>;
  setSignInPolicy(policy: SignInPolicy): Promise<SignInPolicy>;
}

const PATH = "/holdfast/v1/admin/sign-in-policy";

export function signInPolicyMethods({ data }: Asking): SignInPolicyMethods {
  return {
    signInPolicy: () => data({ purpose: "read the rules of signing in", path: PATH, method: "GET" }),
    setSignInPolicy: (policy) =>
      data({ purpose: "change the rules of signing in", path: PATH, method: "PUT", body: policy }),
  };
}
