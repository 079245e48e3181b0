/**
 * Makes a process fit for several apps of several SDK versions. To be loaded before any SDK.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The SDKs read settings from the environment behind their options' back. What the shell that runs the tests may have
 * set is taken away: an app in a test is what its options say, and nothing else.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith("INNGEST_")) Reflect.deleteProperty(process.env, name);
}

/**
 * Both versions keep their asynchronous context under the same global symbol, in two shapes: version 3 a promise of it,
 * version 4 a record that holds one. Whichever comes first breaks the other, so they find something that is both.
 */
const context = new AsyncLocalStorage();
const promise = Promise.resolve(context);
Reflect.set(
  globalThis,
  Symbol.for("inngest:als"),
  Object.assign(Promise.resolve(context), { promise, resolved: context, isFallback: false }),
);
