import type { SessionInfo } from "@holdfast/client";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRef, useState } from "react";
import { isSafeDeparture } from "../access/way-in.ts";
import { useAct } from "../data/act.ts";
import { useServices } from "../data/services.ts";
import type { Theme } from "../platform/theme.ts";
import { chooseTheme, currentTheme, THEMES } from "../platform/theme.ts";
import { ZONES, zone } from "../platform/zone.ts";
import { ChoiceBar } from "../ui/choice-bar.tsx";
import { useZone } from "../ui/when.tsx";
import { initialsOf } from "../ui/badge.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import type { IconName } from "../ui/icon.tsx";
import { Icon } from "../ui/icon.tsx";

const LOOKS = {
  system: { label: "System", icon: "screen" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
} as const satisfies Readonly<Record<Theme, { readonly label: string; readonly icon: IconName }>>;

const ZONE_WORDS = { local: "Your time", utc: "UTC" } as const;

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
          Keyboard
        </button>
        <ChoiceBar
          legend="How the pages look"
          options={THEMES.map((value) => ({ value, ...LOOKS[value] }))}
          chosen={theme}
          onChoose={(each) => {
            chooseTheme(each);
            setTheme(each);
          }}
        />
        <ChoiceBar
          legend="In whose time instants are written"
          options={ZONES.map((value) => ({ value, label: ZONE_WORDS[value] }))}
          chosen={useZone()}
          onChoose={zone.choose}
        />
        <FailureNotice failure={signOut.failure} />
        <button type="button" onClick={() => signOut.run(null)}>
          <Icon name="leave" />
          Sign out
        </button>
      </div>
    </>
  );
}
