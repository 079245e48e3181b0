import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Destination } from "../access/destinations.ts";
import { kept } from "../platform/kept.ts";
import { shortcutOf } from "./shortcuts.ts";

/** Listens to the keys of the whole page as long as the frame is there. */
export function useShortcuts(
  destinations: readonly Destination[],
  { help, fold }: { readonly help: () => void; readonly fold: () => void },
): void {
  const navigate = useNavigate();
  const isBegun = useRef(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]") !== null) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const shortcut = shortcutOf(
        {
          key: event.key,
          hasCommand: event.metaKey || event.ctrlKey,
          isInField: target?.closest("input, textarea, select, [contenteditable]") != null,
        },
        isBegun.current,
        kept.read("letters") !== "off",
        destinations,
      );
      isBegun.current = shortcut?.kind === "begin";
      if (shortcut === null) return;
      event.preventDefault();
      switch (shortcut.kind) {
        case "help":
          return help();
        case "fold":
          return fold();
        case "go":
          return void navigate({ to: shortcut.to });
        case "search":
          return document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus();
        case "begin":
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [destinations, fold, help, navigate]);
}
