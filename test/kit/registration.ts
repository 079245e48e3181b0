import { eventOf } from "./function-spec.ts";
import { bearerOf } from "./test-keys.ts";
import type { ServerPlace } from "./test-server.ts";

/** What the server said to a registration. */
export interface RegistrationAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A registration as an SDK writes it, for an app that is none. More members of the functions where they matter. */
export function registrationOf(
  appName: string,
  url: string,
  functionIds: readonly string[],
  members: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    url,
    deployType: "ping",
    framework: "nodejs",
    appName,
    functions: functionIds.map((id) => ({
      id: `${appName}-${id}`,
      name: id,
      triggers: [{ event: eventOf(id) }],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=${appName}-${id}&stepId=step` },
          retries: { attempts: 1 },
        },
      },
      ...members,
    })),
    sdk: "js:v4.24.0",
    v: "0.1",
    capabilities: { trust_probe: "v1", connect: "v1" },
  };
}

/** Posts a registration by hand, with the server's own key unless another is given. */
export async function postRegistration(
  server: ServerPlace,
  registration: unknown,
  signingKey: string | null = server.signingKey,
): Promise<RegistrationAnswer> {
  const answer = await fetch(`${server.url}/fn/register`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-inngest-sdk": "inngest-js:v4.24.0",
      ...(signingKey === null ? {} : { authorization: bearerOf(signingKey) }),
    },
    body: JSON.stringify(registration),
  });
  const text = await answer.text();
  try {
    // The route answers with an object; its members are asserted by name.
    return { status: answer.status, body: JSON.parse(text) as Record<string, unknown> };
  } catch {
    // A refusal at the door is plain text.
    return { status: answer.status, body: { text } };
  }
}
