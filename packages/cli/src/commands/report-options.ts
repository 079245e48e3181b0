import type { CommandOption } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

/** Options of every report for auditors. The token of an auditor will do. */
export const REPORT_OPTIONS: readonly CommandOption[] = [
  ...OPERATOR_OPTIONS,
  {
    name: "since",
    kind: "text",
    value: "TIME",
    summary: "What the logs are read from: a date, or how long ago. Default: 90d.",
  },
  { name: "page", kind: "text", value: "FILE", summary: "Write a page to read and to print (HTML), too." },
];
