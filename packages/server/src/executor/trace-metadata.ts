import type { JournalEntry } from "#store";
import type { SpanMetadata } from "./trace-span.ts";
import { fieldsOf, textOf } from "./trace-span.ts";

/**
 * What the `metadata` entries of one span come to (wire-protocol 7.2): `set` puts values in place of what was there,
 * `merge` adds to it, `delete` takes away the named values, `add` adds up numbers. An unknown op counts as `merge`.
 *
 * @param level which of them: those of scope `run`, wherever they were reported, or all others
 */
export function mergedMetadata(
  entries: readonly JournalEntry[],
  level: "run" | "step",
): readonly SpanMetadata[] {
  const merged = new Map<string, SpanMetadata>();
  for (const entry of entries) {
    const list: unknown = JSON.parse(entry.data ?? "[]");
    for (const one of Array.isArray(list) ? list : []) {
      const { kind, scope, op, values } = fieldsOf(one);
      if ((scope === "run") !== (level === "run")) continue;
      const named = { kind: textOf(kind) ?? "", scope: textOf(scope) ?? "" };
      const key = `${named.scope} ${named.kind}`;
      const before = merged.get(key)?.values ?? {};
      merged.set(key, {
        ...named,
        values: combined(before, textOf(op), fieldsOf(values)),
        updatedAt: entry.at,
      });
    }
  }
  return [...merged.values()];
}

type Values = Readonly<Record<string, unknown>>;

function combined(before: Values, op: string | null, values: Values): Values {
  switch (op) {
    case "set":
      return values;
    case "delete":
      return Object.fromEntries(Object.entries(before).filter(([name]) => !Object.hasOwn(values, name)));
    case "add":
      return {
        ...before,
        ...Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, sum(before[name], value)]),
        ),
      };
    default:
      return { ...before, ...values };
  }
}

function sum(before: unknown, value: unknown): unknown {
  return typeof before === "number" && typeof value === "number" ? before + value : value;
}
