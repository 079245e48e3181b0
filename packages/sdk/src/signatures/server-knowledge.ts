/** What was learned of the server in this process, shared by what verifies and what signs. */
export interface ServerKnowledge {
  /** Whether it has shown a v2 signature that was good. */
  readonly speaksV2: boolean;
  learnV2(): void;
}

/** Nothing is known at first. */
export function createServerKnowledge(): ServerKnowledge {
  let speaksV2 = false;
  return {
    get speaksV2() {
      return speaksV2;
    },
    learnV2() {
      speaksV2 = true;
    },
  };
}
