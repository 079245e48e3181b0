import type { ExpectedAnswer, SamlExamination, SamlTrust } from "../contract.ts";
import { examineResponse } from "../read-response.ts";
import type { SamlCode } from "../saml-error.ts";
import { isSamlError } from "../saml-error.ts";
import type { IssueOptions, Statement } from "./identity-provider.ts";
import { encodeForPost, issueResponse, ordinaryStatement } from "./identity-provider.ts";
import type { World } from "./world.ts";
import { createWorld } from "./world.ts";

/** What is out of the ordinary about a response, and about who reads it. */
export interface Case {
  readonly world?: World;
  readonly says?: Partial<Statement>;
  readonly issue?: Partial<IssueOptions>;
  readonly trust?: Partial<SamlTrust>;
  readonly expected?: Partial<ExpectedAnswer>;
  readonly nowMs?: number;
  /** Changes the text after it was signed. */
  readonly tamper?: (xml: string) => string;
}

/** Issues a response and reads it. */
export function examine({ world = createWorld(), ...given }: Case): Promise<SamlExamination> {
  const says = { ...ordinaryStatement(world.situation), ...given.says };
  const xml = issueResponse(says, { mode: "both", key: world.idpKey, ...given.issue });
  return examineResponse(
    encodeForPost(given.tamper?.(xml) ?? xml),
    { ...world.trust, ...given.trust },
    { ...world.expected, ...given.expected },
    given.nowMs ?? world.situation.nowMs,
  );
}

/** The code that refuses it, or null when it is accepted. */
export async function verdictOn(given: Case): Promise<SamlCode | null> {
  const result = await examine(given);
  return result.ok ? null : result.error.code;
}

/** The code that a function throws, or null when it does not. Whatever else it throws is thrown on. */
export function codeOf(act: () => unknown): SamlCode | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!isSamlError(error)) throw error;
    return error.code;
  }
}
