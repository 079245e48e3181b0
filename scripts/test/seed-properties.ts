/** Loaded into every test process by `npm test -- --seed N`: each property then draws the same examples again. */
import { env } from "node:process";
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(env["HOLDFAST_TEST_SEED"]) });
