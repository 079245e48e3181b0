import type { ReactNode } from "react";
import { Badge } from "./badge.tsx";

interface Ending {
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

/** Whether a key or token still opens something. Pure. */
export function isGood({ expires_at: expiresAt, revoked_at: revokedAt }: Ending, now: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now);
}

export function TokenState({ token, now }: { readonly token: Ending; readonly now: number }): ReactNode {
  if (token.revoked_at !== null) return <Badge icon="lock">Revoked</Badge>;
  if (!isGood(token, now))
    return (
      <Badge tone="warn" icon="clock">
        Expired
      </Badge>
    );
  return (
    <Badge tone="good" icon="check">
      Active
    </Badge>
  );
}
