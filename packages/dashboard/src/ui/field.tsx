import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { useId, useState } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface Described {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong with what stands there. */
  readonly wrong?: string | null;
}

function Field(props: Described & { readonly id: string; readonly children: ReactNode }): ReactNode {
  const { children, hint, id, label, wrong } = props;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint === undefined ? null : (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong == null ? null : (
        <p className="wrong" id={`${id}-wrong`}>
          <Icon name="warn" /> {wrong}
        </p>
      )}
    </div>
  );
}

function describedBy(id: string, { hint, wrong }: Described): string | undefined {
  const ids = [hint === undefined ? null : `${id}-hint`, wrong == null ? null : `${id}-wrong`];
  const present = ids.filter((each) => each !== null);
  return present.length === 0 ? undefined : present.join(" ");
}

export function TextField(props: Described & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  const { hint: _hint, label: _label, wrong, ...input } = props;
  const id = useId();
  return (
    <Field {...props} id={id}>
      <input
        {...input}
        id={id}
        className={`input ${input.className ?? ""}`}
        aria-describedby={describedBy(id, props)}
        aria-invalid={wrong == null ? undefined : true}
      />
    </Field>
  );
}

/** A password, which can be looked at: who sees what he types makes longer ones. */
export function PasswordField(props: Described & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  const { hint: _hint, label: _label, wrong, ...input } = props;
  const id = useId();
  const [isShown, setShown] = useState(false);
  return (
    <Field {...props} id={id}>
      <div className="with-button">
        <input
          {...input}
          id={id}
          type={isShown ? "text" : "password"}
          className="input"
          autoCapitalize="off"
          spellCheck={false}
          aria-describedby={describedBy(id, props)}
          aria-invalid={wrong == null ? undefined : true}
        />
        <Button
          aria-label={isShown ? "Hide the password" : "Show the password"}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? "Hide" : "Show"}
        </Button>
      </div>
    </Field>
  );
}

/** Six digits from an authenticator. */
export function CodeField(props: Described & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  return (
    <TextField
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]{6}"
      maxLength={6}
      required
      title="Six digits"
      className="digits"
      {...props}
    />
  );
}

export function AreaField(props: Described & TextareaHTMLAttributes<HTMLTextAreaElement>): ReactNode {
  const { hint: _hint, label: _label, wrong, ...area } = props;
  const id = useId();
  return (
    <Field {...props} id={id}>
      <textarea
        spellCheck={false}
        {...area}
        id={id}
        className="input"
        aria-describedby={describedBy(id, props)}
        aria-invalid={wrong == null ? undefined : true}
      />
    </Field>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function SelectField(
  props: Described & SelectHTMLAttributes<HTMLSelectElement> & { readonly options: readonly Option[] },
): ReactNode {
  const { hint: _hint, label: _label, options, wrong: _wrong, ...select } = props;
  const id = useId();
  return (
    <Field {...props} id={id}>
      <select {...select} id={id} className="input" aria-describedby={describedBy(id, props)}>
        {options.map(({ label, value }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function Tick(
  props: InputHTMLAttributes<HTMLInputElement> & { readonly label: ReactNode; readonly hint?: ReactNode },
): ReactNode {
  const { hint, label, ...input } = props;
  return (
    <label className="tick">
      <input type="checkbox" {...input} />
      <span>
        {label}
        {hint === undefined ? null : <span className="hint">{hint}</span>}
      </span>
    </label>
  );
}
