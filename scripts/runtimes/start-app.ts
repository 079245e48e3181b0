import type { StoryProcess } from "../story/processes.ts";
import { freePort, startCommand, until } from "../story/processes.ts";
import type { Runtime } from "./runtimes.ts";

/** Starts the app on a runtime, with these variables and no others of ours, and waits until it answers. */
export async function startApp(
  runtime: Runtime,
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly app: StoryProcess; readonly origin: string }> {
  const port = await freePort(0);
  const own = { ...variables, RUNTIME: runtime.id };
  const { command, args } = await runtime.prepare(folder, port, Object.keys(own));
  const app = startCommand(command, args, { cwd: folder, env: { ...own, PORT: String(port), HOME: folder } });
  const origin = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<true | undefined> => ((await fetch(origin)).ok ? true : undefined);
  await until(`The start of ${runtime.name}`, answers, { timeoutMs: 30_000, of: app });
  return { app, origin };
}
