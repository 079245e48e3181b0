/** The app on Deno, by `holdfast/fetch`. */
import { fetchHandler } from "../serve-fetch.ts";

// Deno's own global, of which this is all that is used.
const { Deno } = globalThis as unknown as {
  readonly Deno: {
    readonly env: { toObject(): Readonly<Record<string, string>> };
    serve(
      options: { hostname: string; port: number },
      handler: (request: Request) => Promise<Response>,
    ): unknown;
  };
};
const variables = Deno.env.toObject();
Deno.serve({ hostname: "127.0.0.1", port: Number(variables["PORT"]) }, fetchHandler(variables));
