import type { ReactNode } from "react";
import { useId, useLayoutEffect, useRef } from "react";
import { IconButton } from "./button.tsx";

/** Where somebody begins to answer. */
const FIRST_FIELD =
  '.body :is(input:not([type="hidden"], [type="checkbox"], [tabindex="-1"]), select, textarea)';

/** A dialog over the page, there as long as it is rendered. The browser keeps the focus inside, and gives it back. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly isNarrow?: boolean;
  /** Whether it stays until its button is pressed: what it shows is shown once. */
  readonly isFirm?: boolean;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // The browser would begin at the first thing there is, which is the button that closes.
    shown?.querySelector<HTMLElement>(FIRST_FIELD)?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${props.isNarrow === true ? "narrow" : ""}`}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        if (props.isFirm !== true) props.onClose();
      }}
    >
      <header>
        <h2 id={title}>{props.title}</h2>
        {props.isFirm === true ? null : (
          <IconButton icon="cross" label="Close" size="small" onClick={props.onClose} />
        )}
      </header>
      <div className="body">{props.children}</div>
    </dialog>
  );
}
