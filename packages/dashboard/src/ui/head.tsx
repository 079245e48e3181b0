import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RefObject } from "react";
import { useEffect, useRef } from "react";

/** How a page begins: what it is, in its one first heading, and what can be done here. */
export function Head(props: {
  readonly title: string;
  readonly words?: ReactNode;
  readonly above?: { readonly to: "/people" | "/sso"; readonly label: string };
  readonly acts?: ReactNode;
}): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(props.title);
  useArrival(heading);
  return (
    <div className="head">
      <div>
        {props.above === undefined ? null : (
          <nav className="crumbs" aria-label="Where this is">
            <Link to={props.above.to}>{props.above.label}</Link>
            <span aria-hidden="true">/</span>
          </nav>
        )}
        <h1 tabIndex={-1} ref={heading}>
          {props.title}
        </h1>
        {props.words === undefined ? null : <p>{props.words}</p>}
      </div>
      {props.acts === undefined ? null : <div className="row">{props.acts}</div>}
    </div>
  );
}

/** Whether this is the page that the browser loaded: it begins to be read by itself. */
let isFirst = true;

/** Whoever comes to another page hears its heading first, as one does when a browser loads it. */
export function useArrival(heading: RefObject<HTMLElement | null> | null): void {
  useEffect(() => {
    if (!isFirst) {
      heading?.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst = false;
  }, [heading]);
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
}
