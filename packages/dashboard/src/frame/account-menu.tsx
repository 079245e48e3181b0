import type { SessionInfo } from "@holdfast/client";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRef, useState } from "react";
import { isSafeDeparture } from "../access/way-in.ts";
import { useAct } from "../data/act.ts";
import { useServices } from "../data/services.ts";
import type { Theme } from "../platform/theme.ts";
import { chooseTheme, currentTheme, THEMES } from "../platform/theme.ts";
import { initialsOf } from "../ui/badge.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Icon } from "../ui/icon.tsx";

const LOOKS = {
  system: { label: "System", icon: "screen" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
} as const satisfies Readonly<Record<Theme, object>>;

/** Who is there, how the pages look, and the way out. */
export function AccountMenu(props: {
  readonly session: SessionInfo;
  readonly onHelp: () => void;
}): ReactNode {
  const { queries } = useServices();
  const menu = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useState(currentTheme);
  const { person } = props.session;
  const signOut = useAct((client) => client.signOut(), {
    onDone({ url }) {
      // Nothing of what was shown stays in memory.
      queries.clear();
      location.assign(url !== undefined && isSafeDeparture(url, location.origin) ? url : "/sign-in");
    },
  });
  const close = (): void => menu.current?.hidePopover();
  return (
    <>
      <button
        type="button"
        className="avatar"
        popoverTarget="account-menu"
        aria-label={`${initialsOf(person?.name ?? "?")}, your account`}
      >
        {initialsOf(person?.name ?? "?")}
      </button>
      <div className="menu" id="account-menu" popover="auto" ref={menu}>
        <p className="who">
          <strong>{person?.name}</strong>
          <span className="small soft">{person?.email}</span>
        </p>
        <Link to="/account" onClick={close}>
          <Icon name="person" />
          Your account
        </Link>
        <button
          type="button"
          onClick={() => {
            close();
            props.onHelp();
          }}
        >
          <Icon name="info" />
          Keys
        </button>
        <fieldset className="themes">
          <legend className="unseen">How the pages look</legend>
          {THEMES.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="theme"
                value={each}
                checked={each === theme}
                onChange={() => {
                  chooseTheme(each);
                  setTheme(each);
                }}
              />
              <span>
                <Icon name={LOOKS[each].icon} />
                {LOOKS[each].label}
              </span>
            </label>
          ))}
        </fieldset>
        <FailureNotice failure={signOut.failure} />
        <button type="button" onClick={() => signOut.run(null)}>
          <Icon name="leave" />
          Sign out
        </button>
      </div>
    </>
  );
}
