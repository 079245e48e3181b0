import type { ReactNode } from "react";
export function SsoPage(): ReactNode {
  return null;
}
