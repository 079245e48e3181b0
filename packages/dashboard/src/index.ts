/** The pages, as files for a server to hand out. They are made by `scripts/pages.ts`; nothing here runs in a browser. */

/** The folder that holds them, with a slash at its end. */
export const pagesDir: URL = new URL("../dist/", import.meta.url);
