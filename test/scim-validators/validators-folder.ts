import { join } from "node:path";

/** The validators, as the index of Python packages has them. */
export const VALIDATORS = [
  "scim2-tester==0.5.2",
  "scim2-client[httpx2]==0.13.2",
  "scim-sanity==0.7.4",
] as const;

/** Where they are installed: beside the installed packages, so that a clean install begins without them. */
export const VALIDATORS_FOLDER = join(import.meta.dirname, "../../node_modules/.cache/scim-validators");
