import type { ReactNode } from "react";
import { useId } from "react";
import type { Option } from "./field.tsx";
import { Icon } from "./icon.tsx";

/** One choice of a list's filters. What it says stands in the address. */
export function FilterChoice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChoose: (value: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="choice">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="input"
        value={props.value}
        onChange={(event) => props.onChoose(event.target.value)}
      >
        {props.options.map(({ label, value }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

export function SearchBox(props: {
  readonly label: string;
  readonly value: string;
  readonly onType: (text: string) => void;
}): ReactNode {
  return (
    <div className="search">
      <Icon name="look" />
      <input
        type="search"
        className="input"
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        onChange={(event) => props.onType(event.target.value)}
      />
    </div>
  );
}
