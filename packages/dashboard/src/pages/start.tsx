import type { ReactNode } from "react";
import { destinationsOf } from "../access/destinations.ts";
import { useSession } from "../data/session.ts";
import { Redirect } from "../ui/redirect.tsx";

/** The first page that somebody may see. */
export function StartPage(): ReactNode {
  const [first] = destinationsOf(useSession());
  return <Redirect to={{ to: first?.to ?? "/account" }} />;
}
