import type { ReactNode } from "react";
import { now } from "../platform/now.ts";
import { Button } from "./button.tsx";
import { TableBox } from "./panel.tsx";
import { isGood, TokenState } from "./token-state.tsx";
import { When } from "./when.tsx";

/** What every key and token that ends has. Instants are ISO 8601. */
interface Ending {
  readonly id: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** Keys or tokens, with what is known of each, and a button that ends one that is good. */
export function TokenTable<Token extends Ending>(props: {
  readonly label: string;
  readonly kind: "Key" | "Token";
  readonly tokens: readonly Token[];
  readonly name: (token: Token) => ReactNode;
  /** What it is cut down to. */
  readonly limits: (token: Token) => string;
  readonly usedFrom?: (token: Token) => string | null;
  /** What the button that ends one is called for those who do not see its row; null: nobody here may end any. */
  readonly revoke: { readonly words: (token: Token) => string; readonly ask: (token: Token) => void } | null;
}): ReactNode {
  const { kind, label, limits, name, revoke, tokens, usedFrom } = props;
  const at = now();
  return (
    <TableBox label={label} folds>
      <thead>
        <tr>
          <th scope="col">{kind}</th>
          <th scope="col">State</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col" className="acts">
            <span className="unseen">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => {
          const from = usedFrom?.(token) ?? null;
          return (
            <tr key={token.id} className={isGood(token, at) ? "" : "over"}>
              <th scope="row">
                {name(token)}
                <span className="sub">{limits(token)}</span>
              </th>
              <td data-label="State">
                <TokenState token={token} now={at} />
              </td>
              <td data-label="Last used">
                <When at={token.last_used_at} />
                {from === null ? null : <span className="sub">from {from}</span>}
              </td>
              <td data-label="Ends">
                <When at={token.expires_at} />
              </td>
              <td className="acts">
                {revoke !== null && isGood(token, at) ? (
                  <Button
                    size="small"
                    look="danger"
                    aria-label={revoke.words(token)}
                    onClick={() => revoke.ask(token)}
                  >
                    Revoke
                  </Button>
                ) : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </TableBox>
  );
}
