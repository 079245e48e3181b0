import type { ReactNode } from "react";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";

/** A state: a drawing and a word, so that nobody needs its colour. */
export function Badge(props: {
  readonly tone?: "good" | "warn" | "bad" | "accent" | "plain";
  readonly icon?: IconName;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`badge ${props.tone ?? "plain"}`}>
      {props.icon === undefined ? null : <Icon name={props.icon} />}
      {props.children}
    </span>
  );
}

/** The first letters of a name. */
export function Initials({ name }: { readonly name: string }): ReactNode {
  return (
    <span className="avatar" aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0] ?? "", words.length > 1 ? (words.at(-1) ?? "") : ""];
  return letters
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 32))
    .join("")
    .trim()
    .toLocaleUpperCase();
}
