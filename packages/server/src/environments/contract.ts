import type { EnvironmentName } from "@holdfast/protocol";

/**
 * `production` and `dev`: the one that is always there. `custom`: made by an operator. `branches`: made by an operator, and
 * a family of further ones: its keys open every branch, which the header `x-inngest-env` names. `branch`: one of those; made
 * by the first registration in it, and archived when nothing has used it for a while.
 */
export type EnvironmentKind = "production" | "dev" | "custom" | "branches" | "branch";

export interface EnvironmentRecord {
  /** Lower case letters, digits and `-`, 1 to 64 characters, unique for ever: it is part of ids and of the folder's name. */
  readonly name: EnvironmentName;
  /** UUID, as the protocol has it (wire-protocol 1.5). */
  readonly id: string;
  readonly kind: EnvironmentKind;
  /** Of a branch: the family it belongs to. */
  readonly family: EnvironmentName | null;
  /** What people call it. */
  readonly label: string;
  readonly createdAt: number;
  readonly archivedAt: number | null;
  /** A branch without any event or registration for so long archives itself; null: never. */
  readonly archiveAfterMs: number | null;
}
