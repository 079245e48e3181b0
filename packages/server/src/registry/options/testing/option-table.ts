import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FaultCode, Report } from "../report.ts";

/** What a parser of an option makes of values, and which it refuses, with the code and the words of each fault. */
export interface OptionTable<Raw> {
  readonly accepted: readonly (readonly [raw: Raw, parsed: unknown])[];
  readonly refused: readonly (readonly [raw: Raw, ...faults: (readonly [FaultCode, RegExp])[]])[];
}

/** Tests a parser by a table, a row to a test. */
export function testOption<Raw>(
  symbol: string,
  parse: (raw: Raw, report: Report) => unknown,
  { accepted, refused }: OptionTable<Raw>,
): void {
  describe(symbol, () => {
    for (const [raw, expected] of accepted) {
      it(`reads ${title(raw)}`, () => {
        const { parsed, faults } = read(raw, parse);
        assert.deepEqual(faults, []);
        // By way of JSON, as it is stored: what is undefined is not there.
        assert.deepEqual(JSON.parse(JSON.stringify(parsed ?? null)), expected ?? null);
      });
    }
    for (const [raw, ...expected] of refused) {
      it(`refuses ${title(raw)}`, () => {
        const { faults } = read(raw, parse);
        assert.deepEqual(
          faults.map(({ code }) => code),
          expected.map(([code]) => code),
          JSON.stringify(faults),
        );
        for (const [at, [, pattern]] of expected.entries()) assert.match(faults[at]?.reason ?? "", pattern);
      });
    }
  });
}

function read<Raw>(raw: Raw, parse: (raw: Raw, report: Report) => unknown) {
  const faults: { readonly code: FaultCode; readonly reason: string }[] = [];
  const parsed = parse(raw, (code, reason) => faults.push({ code, reason }));
  return { parsed, faults };
}

function title(raw: unknown): string {
  const text = JSON.stringify(raw) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
