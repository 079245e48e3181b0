import { isSafeDeparture } from "../access/way-in.ts";

/**
 * Opens an empty window at once, since browsers let pages do so only while a press of a button is fresh, and answers what
 * sends it on its way later. The window cannot reach back to this one.
 */
export function openWindow(): (url: string) => void {
  const opened = window.open("", "_blank");
  if (opened !== null) opened.opener = null;
  return (url) => {
    if (opened === null || opened.closed) return;
    if (isSafeDeparture(url, location.origin)) opened.location.replace(url);
    else opened.close();
  };
}
