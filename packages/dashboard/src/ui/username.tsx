import type { ReactNode } from "react";

/** Whose password a form is about, for password managers: they look for the name beside it. Nobody else meets it. */
export function Username({ value }: { readonly value: string }): ReactNode {
  return (
    <input
      type="text"
      name="username"
      autoComplete="username"
      value={value}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
      className="unseen"
    />
  );
}
