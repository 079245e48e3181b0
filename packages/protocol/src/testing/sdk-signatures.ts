import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../canonical.ts";
import { Header } from "../headers.ts";
import { parseSigningKey } from "../keys.ts";
import { sign, verify } from "../signature.ts";
import { nodeDigest } from "./node-digest.ts";

export const SDK_KEY = "signkey-test-12345678123456781234567812345678";
const KEY = parseSigningKey(SDK_KEY);
const OTHER_KEY = parseSigningKey(`signkey-test-${"ab".repeat(16)}`);

/** A call of a function whose data makes canonical form matter: order of keys, numbers, an emoji cut in two. */
const BODY = canonicalJson({
  version: 1,
  ctx: {
    run_id: "01HF7YAT000000000000000000",
    attempt: 0,
    stack: { stack: [], current: 0 },
    fn_id: "shop-charge",
  },
  event: {
    name: "order/placed",
    data: { z: 1e21, 10: "ten", 9: "nine", text: "Zo\u00eb \u{1f600} \ud83d", a: -0 },
    ts: 1_700_000_000_000,
  },
  events: [],
  steps: {},
  use_api: false,
});

/**
 * Tests of our signatures against a version of the official SDK. The app is `shop` with the function `charge`, which
 * returns "done"; it is not in development mode and has `SDK_KEY`, so that it verifies what it is sent
 * by the machine's clock, which `now` is.
 */
export function testSdkSignatures(
  version: string,
  app: (request: Request) => Promise<Response>,
  now: () => number,
): void {
  const call = (body: string, signature: string): Promise<Response> =>
    app(
      new Request("https://shop.test/api/inngest?fnId=shop-charge&stepId=step", {
        method: "POST",
        headers: { host: "shop.test", "content-type": "application/json", [Header.signature]: signature },
        body,
      }),
    );

  test(`sign() makes what the official SDK ${version} accepts`, async () => {
    const answer = await call(BODY, sign(BODY, KEY, now(), nodeDigest));
    const text = await answer.text();
    assert.ok(answer.ok && text.includes("done"), `answered ${answer.status}: ${text}`);
  });

  test(`sign() with another key, or over another body, makes what the official SDK ${version} refuses`, async () => {
    for (const signature of [
      sign(BODY, OTHER_KEY, now(), nodeDigest),
      sign(BODY.replace("placed", "PLACED"), KEY, now(), nodeDigest),
    ]) {
      const answer = await call(BODY, signature);
      assert.equal(answer.ok, false, `answered ${answer.status}`);
      assert.match(await answer.text(), /signature|unauthorized/i);
    }
  });

  test(`verify() accepts the answer that the official SDK ${version} signs, and no other text`, async () => {
    const answer = await call(BODY, sign(BODY, KEY, now(), nodeDigest));
    const header = answer.headers.get(Header.signature);
    const text = await answer.text();
    const keys = [OTHER_KEY, KEY];
    assert.deepEqual(verify(header, text, keys, now(), nodeDigest), { ok: true, key: KEY });
    const verdict = verify(header, text.replace("done", "DONE"), keys, now(), nodeDigest);
    assert.deepEqual(verdict, { ok: false, reason: "mismatch" });
  });
}
