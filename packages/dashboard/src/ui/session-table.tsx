import type { OpenSession } from "@holdfast/client";
import type { ReactNode } from "react";
import { useConnectionNames } from "../data/session.ts";
import { browserWords } from "../text/browser-words.ts";
import { Badge } from "./badge.tsx";
import { Button } from "./button.tsx";
import { TableBox } from "./panel.tsx";
import { When } from "./when.tsx";

const METHODS = {
  password: "password",
  passkey: "passkey",
  saml: "single sign-on",
  oidc: "single sign-on",
  recovery: "recovery code",
} as const;

/** Sessions: in which browser, from where, since when. */
export function SessionTable(props: {
  readonly sessions: readonly OpenSession[];
  readonly none: string;
  readonly onRevoke?: (id: string) => void;
}): ReactNode {
  const { onRevoke } = props;
  const nameOf = useConnectionNames();
  if (props.sessions.length === 0) return <p className="soft none">{props.none}</p>;
  return (
    <TableBox label="Sessions" folds>
      <thead>
        <tr>
          <th scope="col">Browser</th>
          <th scope="col">Signed in</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          {onRevoke === undefined ? null : (
            <th scope="col" className="acts">
              <span className="unseen">Acts</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {props.sessions.map((session) => (
          <tr key={session.id}>
            <th scope="row">
              {browserWords(session.user_agent)}
              <span className="sub">{session.address ?? "Address unknown"}</span>
            </th>
            <td data-label="Signed in">
              <When at={session.created_at} />
              <span className="sub">
                by {session.connection === null ? METHODS[session.method] : nameOf(session.connection)}
              </span>
            </td>
            <td data-label="Last used">
              <When at={session.last_used_at} />
            </td>
            <td data-label="Ends">
              <When at={session.expires_at} />
            </td>
            {onRevoke === undefined ? null : (
              <td className="acts">
                {session.current ? (
                  <Badge tone="good" icon="check">
                    This one
                  </Badge>
                ) : (
                  <Button
                    size="small"
                    look="danger"
                    aria-label={`End the session in ${browserWords(session.user_agent)} from ${session.address ?? "an unknown address"}`}
                    onClick={() => onRevoke(session.id)}
                  >
                    End
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}
