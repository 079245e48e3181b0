import { LIMITS } from "@holdfast/protocol";
import type { RegisteredApp } from "#store";
import type { Refusal } from "./refusal.ts";
import { refuse } from "./refusal.ts";

/** What an environment has without the app that registers. */
export interface OthersCount {
  readonly apps: number;
  /** Cron triggers of functions in use. */
  readonly schedules: number;
}

/**
 * Refuses what would be more than one environment may have: whoever has its key could otherwise fill memory with names and
 * every minute with schedules. Pure.
 */
export function boundsRefusal({ app, ticks }: RegisteredApp, others: OthersCount): Refusal | null {
  if (others.apps >= LIMITS.appsPerEnvironmentCount)
    return refuse(
      "config_invalid",
      `App "${app.name}" would be one more than the ${LIMITS.appsPerEnvironmentCount} that an environment may have`,
    );
  const schedules = others.schedules + ticks.length;
  if (schedules > LIMITS.schedulesPerEnvironmentCount)
    return refuse(
      "config_invalid",
      `An environment may have at most ${LIMITS.schedulesPerEnvironmentCount} schedules; with those of app "${app.name}" it would have ${schedules}`,
    );
  return null;
}
