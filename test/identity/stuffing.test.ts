import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { WorkChallenge } from "@holdfast/protocol";
import { findWorkProof } from "@holdfast/protocol";
import { nodeDigest } from "../../packages/cli/src/node-digest.ts";
import type { Answer } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { openPage, OWNER_EMAIL, PASSWORD, signUpOwner } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const SIGN_IN = "/holdfast/v1/identity/sign-in";
/** Tries at once: as many as a botnet has patience for, and a test machine memory. */
const AT_ONCE = 10;

describe("passwords that are tried from a thousand networks", { timeout: 240_000 }, () => {
  let server: TestServer;
  let network = 0;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  /** A browser on a network that nobody else is on. */
  const browser = (): Page => {
    network += 1;
    return openPage(server, `198.${18 + (network >> 8)}.${network & 255}.7`);
  };
  const attempt = (email: string, password: string, proof?: string): Promise<Answer> =>
    browser().ask("POST", `${SIGN_IN}/password`, {
      email,
      password,
      ...(proof === undefined ? {} : { proof }),
    });
  const codeOf = ({ json }: Answer): string | undefined => (json as { readonly code?: string }).code;

  it("A-023 each takes a proof of work once there are too many; nobody is locked out, and only passwords are asked for one", async () => {
    const codes = new Map<string | undefined, number>();
    for (let tried = 0; tried < 1000 && !codes.has("challenge_required"); tried += AT_ONCE) {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) =>
          attempt(`u${tried + index}@example.com`, "hunter2hunter2"),
        ),
      );
      for (const answer of answers) codes.set(codeOf(answer), (codes.get(codeOf(answer)) ?? 0) + 1);
    }
    assert.ok(codes.has("challenge_required"), JSON.stringify([...codes]));
    assert.ok((codes.get("invalid_credentials") ?? 0) <= 320, JSON.stringify([...codes]));
    assert.ok(
      server.log.lines.some((line) => line.includes("proof of work")),
      "operators are told",
    );

    const without = await attempt(OWNER_EMAIL, PASSWORD);
    assert.deepEqual([without.status, codeOf(without)], [429, "challenge_required"]);
    const page = browser();
    const { challenge } = await page.act<{ challenge: WorkChallenge | null }>("/sign-in/challenge");
    assert.ok(challenge !== null);
    const proof = findWorkProof(challenge, nodeDigest, 0, 100_000_000) ?? "";
    assert.equal((await attempt(OWNER_EMAIL, PASSWORD, proof)).status, 200, "the account is open as ever");
    assert.equal(
      codeOf(await attempt(OWNER_EMAIL, PASSWORD, proof)),
      "challenge_required",
      "a proof counts once",
    );
    assert.equal((await browser().ask("POST", `${SIGN_IN}/passkey/options`, {})).status, 200);

    const refused = () => operatorOf(server).auditRows(null, { action: "sign_in.refused" });
    await until("the log has what was not tried", async () =>
      (await refused()).some(({ entry }) => entry.reason === "challenge"),
    );
  });
});
