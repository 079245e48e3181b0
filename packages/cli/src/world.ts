/** A stream that takes text. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** What a command may touch of the process it runs in. */
export interface World {
  /** Arguments behind the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Reads variables from a `.env` file into `env`; those that are set already stay. */
  readonly loadEnvFile: (path: string) => void;
  /** Calls back for every SIGINT and SIGTERM, which then no longer end the process by themselves. */
  readonly onSignal: (callback: (signal: "SIGINT" | "SIGTERM") => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}
