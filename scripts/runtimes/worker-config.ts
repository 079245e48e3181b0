/** What a worker is run with. */
export interface WorkerOptions {
  /** File of the worker's code, named from the configuration's folder. */
  readonly module: string;
  readonly port: number;
  /** Names of variables of workerd's own environment that the worker gets. */
  readonly variables: readonly string[];
  /** Whether it has what workerd offers of Node, as it does by default since August 2026. */
  readonly likeNode: boolean;
}

/** A configuration for workerd, as Cap'n Proto text: one worker that listens, and may call, on this machine alone. */
export function workerConfig({ module, port, variables, likeNode }: WorkerOptions): string {
  const bindings = variables.map(
    (name) => `    (name = ${quoted(name)}, fromEnvironment = ${quoted(name)}),`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = ${quoted(module)}, esModule = embed ${quoted(module)})],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [${likeNode ? "" : '"no_nodejs_compat"'}],
  bindings = [
${bindings.join("\n")}
  ],
);
`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
