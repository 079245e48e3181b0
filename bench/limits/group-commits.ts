/** The storage limit: callers that each append one row of about 300 bytes and wait until it is on disk. */
import { parseArgs } from "node:util";
import { CommitLog } from "./commit-log.ts";
import { measureLimit, serveOrders } from "./limit-protocol.ts";

const { values } = parseArgs({ options: { "data-dir": { type: "string" } } });
const log = new CommitLog(`${values["data-dir"]}/commits.db`);
const body = JSON.stringify({ data: "x".repeat(220) });

serveOrders((order) =>
  measureLimit(
    order,
    (n) => log.append([`01JBENCH${n}`, "step", body]),
    () => log.commitCount,
  ),
);
