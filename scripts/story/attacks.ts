import { LIMITS, parseSigningKey, sign } from "@holdfast/protocol";
import { nodeDigest } from "./digest.ts";
import type { Place } from "./shop.ts";
import { appUrl, serverUrl } from "./shop.ts";

/** A request that must be refused, and what came back. */
export interface Attempt {
  readonly what: string;
  readonly status: number;
  readonly refused: boolean;
}

/** Knocks at the app's and the server's doors with what an attacker on the network could have. */
export async function attack(place: Place): Promise<readonly Attempt[]> {
  const url = `${appUrl(place)}?fnId=shop-fulfil-order&stepId=step`;
  const body = callBody("A-1");
  const key = parseSigningKey(place.signingKey);
  const now = Date.now();
  const signed = sign(body, key, now, nodeDigest);
  // Exactly what the server would have sent a little longer ago than a signature lasts.
  const old = sign(body, key, now - LIMITS.signatureWindowMs - 60_000, nodeDigest);

  return [
    await knock("an unsigned call to the app", url, body, {}),
    await knock("a signed call whose order was changed on the way", url, callBody("A-2"), {
      "x-inngest-signature": signed,
    }),
    await knock("a genuine call, captured and sent again six minutes later", url, body, {
      "x-inngest-signature": old,
    }),
    await knock(
      "an event with a made-up key",
      `${serverUrl(place)}/e/guessed`,
      '{"name":"order/placed"}',
      {},
    ),
    await knock("a registration without the signing key", `${serverUrl(place)}/fn/register`, "{}", {}),
    await knock(
      "the list of apps, asked for without a key",
      `${serverUrl(place)}/holdfast/v1/apps`,
      null,
      {},
    ),
  ];
}

/** The same call with its own valid signature is let in: the refusals above are about what was wrong with them. */
export async function genuineCall(place: Place): Promise<Attempt> {
  const url = `${appUrl(place)}?fnId=shop-no-such-function&stepId=step`;
  const body = callBody("A-1");
  const signature = sign(body, parseSigningKey(place.signingKey), Date.now(), nodeDigest);
  return knock("a call signed with the right key, for a function the app does not have", url, body, {
    "x-inngest-signature": signature,
  });
}

function callBody(orderId: string): string {
  return `{"ctx":{"attempt":0,"run_id":"01J0000000000000000000000A","stack":{"current":0,"stack":[]}},"event":{"data":{"orderId":"${orderId}"},"id":"e","name":"order/placed","ts":1},"events":[],"steps":{},"use_api":false,"version":-1}`;
}

async function knock(
  what: string,
  url: string,
  body: string | null,
  headers: Record<string, string>,
): Promise<Attempt> {
  const answer = await fetch(url, {
    method: body === null ? "GET" : "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body === null ? {} : { body }),
  });
  await answer.body?.cancel();
  return { what, status: answer.status, refused: answer.status === 401 };
}
