/** The app on Bun, by `holdfast/fetch`. */
import { fetchHandler } from "../serve-fetch.ts";

// Bun's own global, of which this is all that is used.
const { Bun } = globalThis as unknown as {
  readonly Bun: {
    serve(options: { hostname: string; port: number; fetch(request: Request): Promise<Response> }): unknown;
  };
};
const fetch = fetchHandler(process.env);
Bun.serve({ hostname: "127.0.0.1", port: Number(process.env["PORT"]), fetch });
