import { canonicalJson, Header, HoldfastError, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { ApiAnswer } from "../client/contract.ts";
import { postedRegistration } from "./registration.ts";
import type { ServedApp } from "./served-app.ts";

/** What a server said to a registration, as the answer to the PUT passes it on. */
export interface RegistrationOutcome {
  readonly status: number;
  readonly message: string;
  readonly modified: boolean;
}

/**
 * Registers the app by a call of its own (wire-protocol 4.3, 4.5).
 *
 * @throws HoldfastError `body_too_large` for a registration that no server takes.
 */
export async function register(
  app: ServedApp,
  at: {
    readonly url: string;
    /** As the PUT's query had it. */
    readonly deployId: string | null;
    /** The kind of server that the PUT said it came from. */
    readonly serverKind: string | null;
  },
): Promise<RegistrationOutcome> {
  const body = canonicalJson(postedRegistration(app, at.url, at.deployId));
  if (new TextEncoder().encode(body).length > LIMITS.registrationBytes) {
    throw new HoldfastError(
      "body_too_large",
      `Cannot register app "${app.client.app}": its registration has more than ${LIMITS.registrationBytes} bytes.`,
    );
  }
  try {
    const answer = await app.client.api.request({
      method: "POST",
      path: `/fn/register${at.deployId === null ? "" : `?deployId=${encodeURIComponent(at.deployId)}`}`,
      body,
      isRepeatable: true,
      headers: {
        [Header.framework]: app.framework,
        [Header.syncKind]: "out_of_band",
        ...(app.platform === null ? {} : { [Header.platform]: app.platform }),
        ...(at.serverKind === null ? {} : { [Header.expectedServerKind]: at.serverKind }),
      },
    });
    return outcomeOf(answer);
  } catch (error) {
    if (!isHoldfastError(error, "server_unreachable")) throw error;
    app.logger.error(`Cannot register app "${app.client.app}": ${error.message}`);
    return { status: 500, message: "Failed to register: the server did not answer.", modified: false };
  }
}

/** The body's own status and words stand before the HTTP status, as other SDKs read it; both must say that it worked. */
function outcomeOf(answer: ApiAnswer): RegistrationOutcome {
  const fields: Readonly<Record<string, unknown>> =
    typeof answer.body === "object" && answer.body !== null ? { ...answer.body } : {};
  const said = typeof fields["status"] === "number" ? fields["status"] : answer.status;
  const isHttpStatus = Number.isInteger(said) && said >= 200 && said <= 599;
  const isGood = answer.status >= 200 && answer.status < 300;
  const status = isGood && isHttpStatus ? said : isGood ? 500 : answer.status;
  const words = [fields["error"], fields["message"]].find(
    (text): text is string => typeof text === "string" && text !== "",
  );
  const fallback =
    status === 200 ? "Successfully registered." : `Failed to register: the server answered ${status}.`;
  return { status, message: words ?? fallback, modified: fields["modified"] === true };
}
