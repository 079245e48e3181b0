import type { ReactNode } from "react";
export function ServiceAccountsPage(): ReactNode {
  return null;
}
