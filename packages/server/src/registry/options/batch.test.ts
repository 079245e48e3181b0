import { parseBatch } from "./batch.ts";
import { testOption } from "./testing/option-table.ts";

testOption("parseBatch()", parseBatch, {
  accepted: [
    [undefined, undefined],
    [
      { maxSize: 2, timeout: "1s" },
      { maxSize: 2, timeoutMs: 1000 },
    ],
    [
      { maxSize: 1_000_000, timeout: "1d" },
      { maxSize: 1_000_000, timeoutMs: 86_400_000 },
    ],
    [
      { maxSize: 5, timeout: "5s", key: "event.data.user", if: "event.data.small == true" },
      { maxSize: 5, timeoutMs: 5000, key: "event.data.user", if: "event.data.small == true" },
    ],
  ],
  refused: [
    [5, ["config_invalid", /^batchEvents must be an object, not 5$/]],
    [{ maxSize: 1, timeout: "5s" }, ["batch_size_invalid", /^batchEvents\.maxSize .* 2 or more, not 1$/]],
    [{ timeout: "5s" }, ["batch_size_invalid", /^batchEvents\.maxSize .*, not nothing$/]],
    [{ maxSize: 5 }, ["batch_timeout_invalid", /^batchEvents\.timeout .* from 1s to /]],
    [{ maxSize: 5, timeout: "999ms" }, ["batch_timeout_invalid", /^batchEvents\.timeout /]],
    [{ maxSize: 5, timeout: "5s", key: "(" }, ["batch_key_expression_invalid", /^batchEvents\.key: .*1:\d+/]],
    [{ maxSize: 5, timeout: "5s", if: "a +" }, ["batch_if_expression_invalid", /^batchEvents\.if: .*1:\d+/]],
  ],
});
