import type { ErrorClasses } from "../errors/error-classes.ts";
import type { PayloadStage } from "./contract.ts";
import type { RunPlace } from "./run-place.ts";

/** What every value of one run passes, both ways. */
export interface Passage {
  readonly stage: PayloadStage;
  readonly run: RunPlace;
  /** Classes of the author's whose errors keep their members. */
  readonly classes: ErrorClasses;
}
