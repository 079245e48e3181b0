/** An app in a process of its own. Its place is in `APP_PLACE`; it says "ready" when it is registered, and ends when told to. */
import type { SdkVersion } from "../kit/function-spec.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { ServerPlace } from "../kit/test-server.ts";

export interface AppPlace {
  readonly server: ServerPlace;
  readonly sdk: SdkVersion;
  readonly id: string;
  readonly signingKey: string;
  readonly signingKeyFallback?: string;
}

// Written by `startAppProcess`.
const place = JSON.parse(process.env["APP_PLACE"] ?? "{}") as AppPlace;

const app = await startTestApp({
  ...place,
  adapter: "node",
  register: "app",
  functions: [
    {
      id: "work",
      triggers: [{ event: `${place.id}/work` }],
      options: { retries: 1 },
      handler: async ({ step }) => {
        const one = await step.run("one", () => 1);
        await step.sleep("nap", 100);
        return one + (await step.run("two", () => 2));
      },
    },
  ],
});
// Its test is gone, and so is whoever would end it.
process.on("disconnect", () => process.exit(1));
process.send?.("ready");
process.on("message", () => {
  // What was sent here before the server knew the new address comes in and ends; then nobody calls this one any more.
  let seen = -1;
  const look = setInterval(() => {
    // A caller that has gone gets no answer: whoever waits for its status waits for ever.
    const isQuiet = app.requests.length === seen && app.requests.every(({ isOver }) => isOver);
    seen = app.requests.length;
    if (!isQuiet) return;
    clearInterval(look);
    void app.close().then(() => process.exit(0));
  }, 500);
});
