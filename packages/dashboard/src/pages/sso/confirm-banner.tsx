import type { SsoConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { useSession } from "../../data/session.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { When } from "../../ui/when.tsx";

/** As long as nobody has come in by a connection that was just required, it steps back by itself. */
export function ConfirmBanner({ connection }: { readonly connection: SsoConnection }): ReactNode {
  const { session } = useSession();
  const confirm = useAct((client) => client.confirmSso(connection.id), {
    changes: ["sso"],
    said: "Confirmed: it stays required",
  });
  if (connection.confirm_by === null) return null;
  const isByIt = session?.connection === connection.id;
  return (
    <div className="after">
      <Notice tone="warn" title="This connection becomes optional again unless somebody confirms it" isNews>
        <p>
          It does so <When at={connection.confirm_by} />, so that nobody is locked out by a mistake.
        </p>
        <FailureNotice failure={confirm.failure} />
        {isByIt ? (
          <div>
            <Button look="first" isBusy={confirm.isBusy} onClick={() => confirm.run(null)}>
              Confirm
            </Button>
          </div>
        ) : (
          <p>
            Sign in through it in another browser, open this page there, and confirm. The session that you
            have here came in another way, and cannot.
          </p>
        )}
      </Notice>
    </div>
  );
}
