/** Versions of the JavaScript SDK that answer some requests with the app's environment variables (CVE-2026-42047). */
const LEAKING = { from: [3, 22, 0], to: [3, 53, 1] } as const;

/** Why an app on this SDK is refused, or null. `sdk` is `js:v3.30.0`, as registrations spell it. */
export function refusedSdk(sdk: unknown): string | null {
  const match = /^(?:inngest-)?js:v?(\d+)\.(\d+)\.(\d+)/.exec(typeof sdk === "string" ? sdk : "");
  if (match === null) return null;
  const version = match.slice(1, 4).map(Number);
  if (compare(version, LEAKING.from) < 0 || compare(version, LEAKING.to) > 0) return null;
  return `The SDK ${version.join(".")} of this app can be made to disclose its environment variables (CVE-2026-42047). Update the package "inngest" to 3.54.0 or newer.`;
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
