import type { SsoConnection } from "@holdfast/client";

/** What is done to set a connection up, in order, and what keeps it well afterwards. */
export const STEPS = [
  { id: "give", label: "Give these" },
  { id: "paste", label: "Paste theirs" },
  { id: "map", label: "Map" },
  { id: "test", label: "Test" },
  { id: "enable", label: "Enable" },
  { id: "health", label: "Health" },
] as const;

export type StepId = (typeof STEPS)[number]["id"];

/** Whether the other side is known: its metadata, or its issuer. Pure. */
export function hasProvider(connection: SsoConnection): boolean {
  return connection.kind === "saml"
    ? connection.identity_provider?.sso_url != null
    : connection.issuer !== null && connection.client_id !== null;
}

/** Whether anybody who signs in would be let in to something. Pure. */
export function isMapped({ default_role: role, groups }: SsoConnection): boolean {
  return groups.length > 0 || role !== null;
}

/** Which steps are done. Pure. */
export function stepsDone(connection: SsoConnection): ReadonlySet<StepId> {
  const done = new Set<StepId>();
  if (hasProvider(connection)) done.add("give").add("paste");
  if (isMapped(connection)) done.add("map");
  if (connection.tested !== null) done.add("test");
  if (connection.state === "optional" || connection.state === "required") done.add("enable");
  return done;
}

/** Where to go on: the step that the address names, else the first that is not done. Pure. */
export function stepOf(connection: SsoConnection, said: string | undefined): StepId {
  const named = STEPS.find(({ id }) => id === said);
  if (named !== undefined) return named.id;
  if (connection.state !== "draft") return "health";
  const done = stepsDone(connection);
  return STEPS.find(({ id }) => !done.has(id))?.id ?? "health";
}

/** How long a test counts for requiring a connection, ms. */
const TEST_MS_MAX = 10 * 60_000;

/** What stands between a connection and its being required; in words, none when nothing does. Pure. */
export function obstacles(
  { tested }: SsoConnection,
  {
    codesTaken,
    now,
    personId,
  }: { readonly codesTaken: boolean; readonly now: number; readonly personId: string },
): readonly string[] {
  const missing: string[] = [];
  if (tested === null || tested.by !== personId || now - Date.parse(tested.at) > TEST_MS_MAX)
    missing.push("You passed the test in the last ten minutes");
  if (!codesTaken) missing.push("Two break-glass codes were made and kept");
  return missing;
}
