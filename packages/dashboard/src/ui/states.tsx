import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { failureOf } from "../text/failure.ts";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";
import { FailureNotice } from "./notice.tsx";

/** What will be there, drawn as bones. They come after a moment, so that what is quick does not flicker. */
export function Bones({ lines = 5, what }: { readonly lines?: number; readonly what: string }): ReactNode {
  return (
    <div className="bones" role="status">
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} />
      ))}
      <p>Still loading {what}…</p>
    </div>
  );
}

/** Nothing is here: what this place is for, why it is empty, and what to do next. */
export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
  readonly act?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      {props.act}
    </div>
  );
}

/** A part of a page that was asked for: bones, then what came or what went wrong. Old data stays while new is fetched. */
export function Loaded<T>(props: {
  readonly query: UseQueryResult<T>;
  /** As it follows "Still loading". */
  readonly what: string;
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { children, lines, query, what } = props;
  if (query.data !== undefined)
    return (
      <>
        {query.isError ? (
          <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />
        ) : null}
        {children(query.data)}
      </>
    );
  if (query.isError)
    return <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />;
  return <Bones what={what} {...(lines === undefined ? {} : { lines })} />;
}
