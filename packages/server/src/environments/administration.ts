import type { Authority, EnvironmentName } from "@holdfast/protocol";
import type { EnvironmentKind, EnvironmentRecord } from "./contract.ts";

/** The environments of an installation, as operators see them. */
export interface EnvironmentAdministration {
  list(): readonly EnvironmentRecord[];
  get(name: string): EnvironmentRecord | null;
  create(
    by: Authority,
    request: {
      readonly name: string;
      readonly kind: Extract<EnvironmentKind, "custom" | "branches">;
      readonly label: string | null;
      readonly archiveAfterMs: number | null;
    },
  ): Promise<EnvironmentRecord>;
  rename(by: Authority, name: EnvironmentName, label: string): Promise<EnvironmentRecord>;
  archive(by: Authority, name: EnvironmentName): Promise<EnvironmentRecord>;
  unarchive(by: Authority, name: EnvironmentName): Promise<EnvironmentRecord>;
}
