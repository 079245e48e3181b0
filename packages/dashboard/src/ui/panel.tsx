import type { ReactNode } from "react";
import { useId } from "react";

/** A part of a page with a heading of its own. */
export function Panel(props: {
  readonly title: string;
  readonly words?: ReactNode;
  readonly acts?: ReactNode;
  /** Whether what is in it reaches to its edges, as a table does. */
  readonly isFlush?: boolean;
  readonly children?: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={`panel ${props.isFlush === true ? "flush" : ""}`} aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id}>{props.title}</h2>
          {props.words === undefined ? null : <p>{props.words}</p>}
        </div>
        {props.acts}
      </header>
      {props.children}
    </section>
  );
}

/** A table that may be wider than the page: it scrolls by itself, and can be reached by keyboard to do so. */
export function TableBox(props: {
  readonly label: string;
  /** Whether it becomes a list on narrow screens: its cells say what they are in `data-label`. */
  readonly folds?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    // A region that scrolls has to be reachable without a pointer (WCAG 2.1.1).
    <div className="scroll" tabIndex={0} role="group" aria-label={props.label}>
      <table className={props.folds === true ? "folds" : ""}>{props.children}</table>
    </div>
  );
}
