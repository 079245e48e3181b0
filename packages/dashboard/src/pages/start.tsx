import { Navigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { destinationsOf } from "../access/destinations.ts";
import { useSession } from "../data/session.ts";

/** The first page that somebody may see. */
export function StartPage(): ReactNode {
  const [first] = destinationsOf(useSession());
  return <Navigate to={first?.to ?? "/account"} replace />;
}
