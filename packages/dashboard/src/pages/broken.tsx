import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { failureOf } from "../text/failure.ts";
import { FailureNotice } from "../ui/notice.tsx";

/** In the place of a page that could not be drawn. What stands around it stays. */
export function BrokenPage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <div className="stack">
      <h1 tabIndex={-1}>This page could not be shown</h1>
      <FailureNotice failure={failureOf(error)} onRetry={reset} />
    </div>
  );
}
