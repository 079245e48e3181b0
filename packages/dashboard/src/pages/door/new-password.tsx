import type { ReactNode } from "react";
import { PasswordField } from "../../ui/field.tsx";

/** As few as a password may have; the server has the last word. */
const CHARS_MIN = 12;

/** A field for a password that is chosen now. */
export function NewPassword({ label = "Password" }: { readonly label?: string }): ReactNode {
  return (
    <PasswordField
      name="password"
      label={label}
      hint={`At least ${CHARS_MIN} characters. A few unrelated words are easy to keep and hard to guess.`}
      autoComplete="new-password"
      minLength={CHARS_MIN}
      maxLength={256}
      required
    />
  );
}
