import type { ReactNode } from "react";

/** What a form says, by the names of its fields. */
export interface FormFields {
  /** Without white space around it; empty when there is nothing. */
  text(name: string): string;
  /** As it was typed: of a password, white space is a part. */
  raw(name: string): string;
  isOn(name: string): boolean;
  all(name: string): readonly string[];
}

/** A form that a page acts on. ⌘⏎ sends it from any of its fields. */
export function Form(props: {
  readonly onSend: (fields: FormFields, form: HTMLFormElement) => void;
  readonly children: ReactNode;
  readonly className?: string;
}): ReactNode {
  return (
    <form
      className={props.className ?? "stack"}
      onSubmit={(event) => {
        event.preventDefault();
        if (event.currentTarget.querySelector('[type="submit"][aria-disabled="true"]') !== null) return;
        props.onSend(fieldsOf(new FormData(event.currentTarget)), event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.currentTarget.requestSubmit();
      }}
    >
      {props.children}
    </form>
  );
}

function fieldsOf(data: FormData): FormFields {
  const raw = (name: string): string => {
    const value = data.get(name);
    return typeof value === "string" ? value : "";
  };
  return {
    raw,
    text: (name) => raw(name).trim(),
    isOn: (name) => data.has(name),
    all: (name) => data.getAll(name).filter((value) => typeof value === "string"),
  };
}
