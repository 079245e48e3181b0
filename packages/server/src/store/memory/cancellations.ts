import type { EnvironmentName } from "@holdfast/protocol";
import type { CancellationRecord } from "../contract.ts";
import { by } from "./order.ts";
import { refusal } from "./refusal.ts";
import type { Table, Tables } from "./tables.ts";

/** Rules that cancel many runs; whoever calls runs follows them. */
export class Cancellations {
  readonly #cancellations: Table<string, CancellationRecord>;

  constructor(tables: Tables) {
    this.#cancellations = tables.table();
  }

  add(cancellation: CancellationRecord): void {
    const { environment, id } = cancellation;
    const name = nameOf(environment, id);
    if (this.#cancellations.has(name)) {
      throw refusal(`Cannot add cancellation "${id}": there is one of this id in "${environment}".`);
    }
    this.#cancellations.put(name, cancellation);
  }

  list(environment: EnvironmentName): readonly CancellationRecord[] {
    return this.#cancellations
      .rows()
      .filter((each) => each.environment === environment)
      .sort(by(({ id }) => id));
  }

  remove(environment: EnvironmentName, id: string): boolean {
    return this.#cancellations.remove(nameOf(environment, id));
  }
}

function nameOf(environment: EnvironmentName, id: string): string {
  return `${environment} ${id}`;
}
