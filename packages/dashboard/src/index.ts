/** The pages, as files for a server to hand out. They are made by `scripts/pages.ts`; nothing here runs in a browser. */

/** The folder that holds them, with a slash at its end. `index.html` answers for every page. */
export const pagesDir: URL = new URL("../dist/", import.meta.url);

/**
 * A JSON list of the files there are, from the folder. Those under `assets/` carry a hash of what is in them, and may be kept
 * for good; anything that is not in the list is no page's.
 */
export const pagesList: URL = new URL("files.json", pagesDir);
