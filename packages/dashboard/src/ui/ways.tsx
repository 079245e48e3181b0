import type { ReactNode } from "react";

/** `password`, `saml:okta` and their like, as people say them. */
export function Ways({ ways }: { readonly ways: readonly string[] }): ReactNode {
  if (ways.length === 0) return <span className="soft">No way yet</span>;
  return <span>{ways.map(wayWords).join(", ")}</span>;
}

function wayWords(way: string): string {
  const [kind = "", connection] = way.split(":", 2);
  if (connection !== undefined) return connection;
  return { password: "Password", passkey: "Passkey" }[kind] ?? kind;
}
