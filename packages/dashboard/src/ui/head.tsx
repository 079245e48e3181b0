import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEffect } from "react";

/** How a page begins: what it is, in its one first heading, and what can be done here. */
export function Head(props: {
  readonly title: string;
  readonly words?: ReactNode;
  readonly above?: { readonly to: "/people" | "/sso"; readonly label: string };
  readonly acts?: ReactNode;
}): ReactNode {
  useTitle(props.title);
  return (
    <div className="head">
      <div>
        {props.above === undefined ? null : (
          <nav className="crumbs" aria-label="Where this is">
            <Link to={props.above.to}>{props.above.label}</Link>
            <span aria-hidden="true">/</span>
          </nav>
        )}
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.words === undefined ? null : <p>{props.words}</p>}
      </div>
      {props.acts === undefined ? null : <div className="row">{props.acts}</div>}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
}
