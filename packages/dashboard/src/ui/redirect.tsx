import type { NavigateOptions } from "@tanstack/react-router";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEffect, useRef } from "react";

/** Leads elsewhere, once: what is on its way is not asked for again by whatever is drawn meanwhile. */
export function Redirect({ to }: { readonly to: NavigateOptions }): ReactNode {
  const navigate = useNavigate();
  const target = useRef(to);
  useEffect(() => {
    void navigate({ ...target.current, replace: true });
  }, [navigate]);
  return null;
}
