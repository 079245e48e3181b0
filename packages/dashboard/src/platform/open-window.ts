import { isSafeDeparture } from "../access/way-in.ts";

/** A window that was opened for something that is still to come. */
export interface WaitingWindow {
  /** Sends it on its way, unless no browser should go there. */
  readonly go: (url: string) => void;
  readonly close: () => void;
}

/**
 * Opens an empty window at once, since browsers let pages do so only while a press of a button is fresh. It cannot reach back
 * to this one. Where the browser opens none, going on does nothing.
 */
export function openWindow(): WaitingWindow {
  const opened = window.open("", "_blank");
  if (opened !== null) opened.opener = null;
  const close = (): void => opened?.close();
  return {
    go(url) {
      if (isSafeDeparture(url, location.origin)) opened?.location.replace(url);
      else close();
    },
    close,
  };
}
