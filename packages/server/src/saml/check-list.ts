import type { SamlCheck } from "./contract.ts";
import { isSamlError } from "./saml-error.ts";

/** What was checked so far, in order. */
export interface CheckList {
  readonly made: readonly SamlCheck[];
  /** Makes a check, and notes how it went. `detail` says what was found right: our settings, no words of the document. */
  make<Found>(name: string, detail: string, check: () => Found): Found;
}

/** Starts a list. The first check that fails ends it, since it throws. */
export function createCheckList(): CheckList {
  const made: SamlCheck[] = [];
  return {
    made,
    make(name, detail, check) {
      try {
        const found = check();
        made.push({ name, passed: true, detail });
        return found;
      } catch (error) {
        if (isSamlError(error)) made.push({ name, passed: false, detail: error.message });
        throw error;
      }
    },
  };
}
