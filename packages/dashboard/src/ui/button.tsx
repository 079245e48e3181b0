import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon } from "./icon.tsx";
import type { IconName } from "./icon.tsx";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  /** `first`: what the page is for; `quiet`: beside it. */
  readonly look?: "first" | "plain" | "quiet" | "danger" | "danger first";
  readonly size?: "usual" | "small" | "wide";
  readonly icon?: IconName;
  /** Under way: it says so, keeps the focus, and does nothing more. */
  readonly isBusy?: boolean;
}

export function Button(props: ButtonProps): ReactNode {
  const { children, icon, isBusy = false, look = "plain", onClick, size = "usual", ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`button ${look} ${size === "usual" ? "" : size}`}
      aria-disabled={isBusy || rest["aria-disabled"]}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isBusy ? <i className="spin" /> : icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that is only a drawing; its words are for those who listen and for the pointer that rests. */
export function IconButton(
  props: Omit<ButtonProps, "children"> & { readonly label: string; readonly icon: IconName },
): ReactNode {
  const { icon, label, size, ...rest } = props;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`button square ${rest.look ?? "quiet"} ${size ?? ""} ${rest.className ?? ""}`}
    >
      <Icon name={icon} />
    </button>
  );
}
