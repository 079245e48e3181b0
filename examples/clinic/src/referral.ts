import { eventType, staticSchema } from "holdfast";

/** A patient who is to be seen by somebody else. */
export interface Referral {
  readonly ward: string;
  readonly patient: string;
  readonly diagnosis: string;
}

export const referralAsked = eventType("referral/asked", { schema: staticSchema<Referral>() });

export const referralAnswered = eventType("referral/answered", {
  schema: staticSchema<{ readonly ward: string; readonly patient: string; readonly doctor: string }>(),
});
