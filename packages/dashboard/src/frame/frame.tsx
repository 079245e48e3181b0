import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { destinationsOf } from "../access/destinations.ts";
import { detour } from "../access/way-in.ts";
import { sessionQuery } from "../data/queries.ts";
import { useServices } from "../data/services.ts";
import { writeSearch } from "../search.ts";
import { kept } from "../platform/kept.ts";
import { failureOf } from "../text/failure.ts";
import { IconButton } from "../ui/button.tsx";
import { Mark } from "../ui/icon.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Redirect } from "../ui/redirect.tsx";
import { Bones } from "../ui/states.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { OfflineBar } from "./offline-bar.tsx";
import { PlacePicker, usePlace } from "./place.tsx";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { Sidebar } from "./sidebar.tsx";
import { useShortcuts } from "./use-shortcuts.ts";

/** What stands around every page of those who are in. */
export function Frame(): ReactNode {
  const { client } = useServices();
  const { pathname, search } = useLocation();
  const query = useQuery(sessionQuery(client));
  if (query.data === undefined) {
    if (!query.isError)
      return (
        <main>
          <Bones what="the dashboard" />
        </main>
      );
    return (
      <div className="door">
        <main>
          <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />
        </main>
      </div>
    );
  }
  const elsewhere = detour(query.data, pathname);
  if (elsewhere === "/sign-in") {
    const path = pathname + writeSearch(search);
    return <Redirect to={{ to: "/sign-in", search: path === "/" ? {} : { to: path } }} />;
  }
  if (elsewhere !== null) return <Redirect to={{ to: elsewhere }} />;
  return <SignedIn />;
}

function SignedIn(): ReactNode {
  const { client } = useServices();
  const { data: session } = useQuery(sessionQuery(client));
  const { pathname } = useLocation();
  const place = usePlace();
  const destinations = useMemo(() => (session === undefined ? [] : destinationsOf(session)), [session]);
  const [isFolded, setFolded] = useState(kept.read("sidebar") === "folded");
  const [isOpen, setOpen] = useState(false);
  const [hasHelp, setHelp] = useState(false);
  const fold = useCallback(() => {
    setFolded((before) => {
      kept.write("sidebar", before ? null : "folded");
      return !before;
    });
  }, []);
  const help = useCallback(() => setHelp(true), []);
  useShortcuts(destinations, { help, fold });
  useEffect(() => setOpen(false), [pathname]);
  if (session === undefined) return null;
  return (
    <div className="frame" data-folded={isFolded ? "yes" : "no"}>
      <a className="skip" href="#content">
        Skip to the page
      </a>
      <header className="top" data-place={place?.kind}>
        <IconButton
          icon={isOpen ? "cross" : "menu"}
          label={isOpen ? "Close the menu" : "Open the menu"}
          className="open-menu"
          aria-expanded={isOpen}
          aria-controls="sidebar"
          onClick={() => setOpen(!isOpen)}
        />
        <Link to="/" className="brand" aria-label={`${session.instance.name}, start`}>
          <Mark />
          <span>{session.instance.name}</span>
        </Link>
        <PlacePicker />
        <div className="gap" />
        <AccountMenu session={session} onHelp={help} />
      </header>
      <OfflineBar />
      <Sidebar destinations={destinations} isOpen={isOpen} isFolded={isFolded} onFold={fold} />
      <main className="main" id="content" tabIndex={-1}>
        <Outlet />
      </main>
      {hasHelp ? <ShortcutSheet destinations={destinations} onClose={() => setHelp(false)} /> : null}
    </div>
  );
}
