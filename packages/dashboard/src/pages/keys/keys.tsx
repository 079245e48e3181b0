import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { usePlace } from "../../frame/place.tsx";
import { useMay } from "../../data/session.ts";
import { Head } from "../../ui/head.tsx";
import { Bones } from "../../ui/states.tsx";
import { EventKeys } from "./event-keys.tsx";
import { OperatorTokens } from "./operator-tokens.tsx";
import { SigningKeys } from "./signing-keys.tsx";

const route = getRouteApi("/frame/keys");

/** Keys of machines. Which list is shown stands in the address. */
export function KeysPage(): ReactNode {
  const { list: named } = route.useSearch();
  const place = usePlace();
  const lists = [
    ...(useMay("keys.read")
      ? [
          { id: "event", label: "Event keys" },
          { id: "signing", label: "Signing keys" },
        ]
      : []),
    ...(useMay("tokens.read") ? [{ id: "operators", label: "Operator tokens" }] : []),
  ];
  const current = lists.find(({ id }) => id === named) ?? lists[0];
  return (
    <div>
      <Head
        title="Keys"
        words="What machines show. Their text is given once, when they are made, and is not kept."
      />
      <nav className="tabs" aria-label="Lists of keys">
        {lists.map(({ id, label }) => (
          <Link
            key={id}
            to="/keys"
            search={(before) => ({ ...before, list: id })}
            className={id === current?.id ? "active" : ""}
            aria-current={id === current?.id ? "page" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {current?.id === "operators" ? (
        <OperatorTokens />
      ) : place === null ? (
        <Bones what="keys" />
      ) : current?.id === "signing" ? (
        <SigningKeys key={place.name} environment={place} />
      ) : (
        <EventKeys key={place.name} environment={place} />
      )}
    </div>
  );
}
