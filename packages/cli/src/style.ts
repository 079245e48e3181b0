import { styleText } from "node:util";

/** How the words on a terminal look: marks, and colours where there are any. */
export interface Style {
  readonly done: string;
  readonly failed: string;
  readonly warning: string;
  readonly started: string;
  readonly again: string;
  readonly paused: string;
  readonly arrow: string;
  readonly dots: string;
  readonly between: string;
  /** Bars of a timeline: work, and waiting for it. */
  readonly busy: string;
  readonly idle: string;
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

const UNICODE = {
  done: "✓",
  failed: "✕",
  warning: "!",
  started: "▶",
  again: "↻",
  paused: "…",
  arrow: "→",
  dots: "…",
  between: "·",
  busy: "█",
  idle: "░",
};
const ASCII = {
  done: "ok",
  failed: "x",
  warning: "!!",
  started: ">",
  again: "~",
  paused: "..",
  arrow: "->",
  dots: "..",
  between: "-",
  busy: "#",
  idle: ".",
};

export function createStyle({ color, ascii }: { readonly color: boolean; readonly ascii: boolean }): Style {
  type Format = "bold" | "dim" | "green" | "red" | "yellow";
  const paint =
    (format: Format) =>
    (text: string): string =>
      color ? styleText(format, text, { validateStream: false }) : text;
  return {
    ...(ascii ? ASCII : UNICODE),
    bold: paint("bold"),
    dim: paint("dim"),
    green: paint("green"),
    red: paint("red"),
    yellow: paint("yellow"),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether to use colours: asked for or refused by variable or flag, otherwise on terminals that have them. */
export function wantsColor(env: Environment, isTerminal: boolean, isRefused: boolean): boolean {
  if (isRefused || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}

/** Whether only ASCII can be relied on: a dumb terminal, or a locale that names another encoding than UTF-8. */
export function wantsAscii(env: Environment): boolean {
  if (env["TERM"] === "dumb") return true;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );
  // Containers name no locale and show UTF-8 all the same.
  return locale !== undefined && !/utf-?8/i.test(locale);
}
