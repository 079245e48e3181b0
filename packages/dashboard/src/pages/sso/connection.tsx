import type { ReactNode } from "react";
export function ConnectionPage(): ReactNode {
  return null;
}
