import type { ReactNode } from "react";
import { useId } from "react";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";

/** A few looks, one of which is chosen. */
export function ChoiceBar<Value extends string>(props: {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon?: IconName }[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset>
      <legend className="unseen">{props.legend}</legend>
      <div className="themes">
        {props.options.map(({ icon, label, value }) => (
          <label key={value}>
            <input
              type="radio"
              name={name}
              checked={value === props.chosen}
              onChange={() => props.onChoose(value)}
            />
            <span>
              {icon === undefined ? null : <Icon name={icon} />}
              {label}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
