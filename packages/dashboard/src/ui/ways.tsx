import type { ReactNode } from "react";
import { useConnectionNames } from "../data/session.ts";

/** `password`, `saml:<connection>` and their like, as people say them. */
export function Ways({ ways }: { readonly ways: readonly string[] }): ReactNode {
  const nameOf = useConnectionNames();
  if (ways.length === 0) return <span className="soft">No way yet</span>;
  return <span>{ways.map((way) => wayWords(way, nameOf)).join(", ")}</span>;
}

function wayWords(way: string, nameOf: (id: string) => string): string {
  const [kind = "", connection] = way.split(":", 2);
  if (connection !== undefined) return nameOf(connection);
  return { password: "Password", passkey: "Passkey" }[kind] ?? kind;
}
