import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { Badge } from "../../ui/badge.tsx";

const STATES = {
  draft: { tone: "plain", words: "Not finished" },
  optional: { tone: "accent", words: "Optional" },
  required: { tone: "good", words: "Required" },
  disabled: { tone: "warn", words: "Switched off" },
} as const;

export function ConnectionStateBadge({ state }: Pick<SsoConnection, "state">): ReactNode {
  const { tone, words } = STATES[state];
  return (
    <Badge
      tone={tone}
      {...(state === "required" ? { icon: "check" } : state === "disabled" ? { icon: "lock" } : {})}
    >
      {words}
    </Badge>
  );
}
