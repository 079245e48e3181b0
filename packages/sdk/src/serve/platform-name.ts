/** Platforms that say in the environment who they are, by a variable of theirs. */
const PLATFORMS: readonly (readonly [variable: string, name: string])[] = [
  ["VERCEL", "vercel"],
  ["NETLIFY", "netlify"],
  ["CF_PAGES", "cloudflare-pages"],
  ["RENDER", "render"],
  ["RAILWAY_ENVIRONMENT", "railway"],
  ["FLY_APP_NAME", "fly"],
  ["AWS_LAMBDA_FUNCTION_NAME", "aws-lambda"],
];

/** The platform an app runs on, as far as its environment tells; null elsewhere. The variables' values go nowhere. */
export function platformName(variables: Readonly<Record<string, string | undefined>>): string | null {
  const found = PLATFORMS.find(([variable]) => (variables[variable] ?? "") !== "");
  return found?.[1] ?? null;
}
