import type { ReactNode } from "react";
import { useMemo } from "react";
import { encode } from "uqr";
import { useAct } from "../../data/act.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { CodeField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Given } from "../../ui/given.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { qrPath } from "./qr-path.ts";

const CHANGES = ["account", "session"] as const;

/** Codes of six digits from an app. */
export function Authenticator({ isSetUp }: { readonly isSetUp: boolean }): ReactNode {
  const begin = useAct((client) => client.beginTotp());
  const remove = useAct((client) => client.removeTotp(), {
    changes: CHANGES,
    said: "Authenticator removed",
  });
  return (
    <Panel
      title="Authenticator"
      words="An app that makes a code of six digits every half minute. Asked for after the password."
      acts={
        isSetUp ? (
          <div className="row">
            <Badge tone="good" icon="check">
              Set up
            </Badge>
            <Button look="danger" size="small" isBusy={remove.isBusy} onClick={() => remove.run(null)}>
              Remove
            </Button>
          </div>
        ) : (
          <Button icon="plus" isBusy={begin.isBusy} onClick={() => begin.run(null)}>
            Set up
          </Button>
        )
      }
    >
      <FailureNotice failure={begin.failure ?? remove.failure} />
      {begin.result === undefined ? null : <ConfirmDialog {...begin.result} onClose={begin.reset} />}
    </Panel>
  );
}

function ConfirmDialog(props: {
  readonly secret: string;
  readonly uri: string;
  readonly onClose: () => void;
}): ReactNode {
  const { onClose, secret, uri } = props;
  const confirm = useAct((client, code: string) => client.confirmTotp(code), {
    changes: CHANGES,
    said: "Authenticator set up",
    onDone: onClose,
  });
  const { path, size } = useMemo(() => {
    const { data, size: modules } = encode(uri, { ecc: "M", border: 0 });
    return { path: qrPath(data), size: modules };
  }, [uri]);
  return (
    <Dialog title="Set up an authenticator" onClose={onClose}>
      <div className="row scan">
        <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the secret">
          <path d={path} shapeRendering="crispEdges" />
        </svg>
        <div className="grow stack">
          <p>Scan this with your authenticator, or type the secret by hand.</p>
          <a href={uri}>Open an authenticator on this device</a>
        </div>
      </div>
      <Given label="Secret" value={secret} />
      <Form onSend={(fields) => confirm.run(fields.text("code"))}>
        <FailureNotice failure={confirm.failure} />
        <CodeField label="The code that it shows now" autoFocus />
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={confirm.isBusy}>
            Confirm
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
