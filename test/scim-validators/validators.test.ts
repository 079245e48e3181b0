import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { signUpOwner } from "../kit/page.ts";
import { stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { VALIDATORS_FOLDER } from "./validators-folder.ts";

const isThere = existsSync(join(VALIDATORS_FOLDER, "bin/python"));
const WHY_NOT = isThere ? "" : " (skipped: get the validators with `npm run validators`)";

/** The domain in which the validators make up addresses. */
const DOMAIN = "example.com";

/** What did not succeed, as `<check>: <what was said>`, which may be cut short. */
type Findings = readonly (readonly [check: string, said: RegExp])[];

/**
 * What scim2-tester has against this server, all of it. Whether somebody may sign in is always said: a directory that takes `active`
 * away is asked to say what it means, where guessing would let somebody in. Several kinds at once are not searched, which RFC 7644,
 * 3.12 answers with 501.
 */
const SCIM2_TESTER: Findings = [
  ["search_with_attributes", /not supported by the server/],
  ["check_remove_attribute", /'active': active must be there/],
  ["search_with_attributes", /not supported by the server/],
];

/**
 * What scim-sanity has against it. RFC 7644, 3.5.2 lets a PATCH be answered 204, and for groups it is: the answer would have every
 * member. A member that there is not is refused, since nobody could be given anything by it.
 */
const SCIM_SANITY: Findings = [
  ["PATCH /Groups/{id}", /got 204/],
  ["PATCH /Groups/{id} add member", /got 400/],
  ["PATCH /Groups/{id} remove members", /got 204/],
  ["Agent CRUD Lifecycle", /not supported/],
  ["AgenticApplication CRUD Lifecycle", /not supported/],
  ["Agent Rapid Lifecycle", /not supported/],
];

interface Place {
  readonly url: string;
  readonly token: string;
}

/** Runs a validator to its end, and gives back what it printed. */
function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      join(VALIDATORS_FOLDER, "bin/python"),
      args,
      { env: { PATH: process.env["PATH"] ?? "", ...env }, maxBuffer: 16 * 1024 * 1024, timeout: 240_000 },
      (error, stdout, stderr) => {
        // One that found something ends with 1, and has printed it.
        if (stdout.trim() === "")
          reject(new Error(`${args.join(" ")} said nothing: ${stderr}`, { cause: error }));
        else resolve(stdout);
      },
    );
  });
}

function assertFindings(
  found: readonly (readonly [check: string, said: string])[],
  expected: Findings,
): void {
  const unexpected = found.filter(
    ([check, said], index) => check !== expected[index]?.[0] || !expected[index][1].test(said),
  );
  assert.deepEqual(unexpected, []);
  assert.equal(found.length, expected.length, "it has less against the server than before: say so here");
}

describe(
  `SCIM, as validators that others wrote see it${WHY_NOT}`,
  { skip: !isThere, timeout: 600_000 },
  () => {
    let server: TestServer;
    let place: Place;
    beforeEach(async () => {
      server = await startTestServer();
      const owner = await signUpOwner(server);
      const { id } = await stageSaml(server, owner, { domain: DOMAIN });
      const { token } = await owner.admin<{ token: string }>("POST", `/sso/${id}/scim`);
      // They close nearly everybody whom they make, which a directory does by mistake alone.
      await owner.admin("POST", `/sso/${id}/scim/allow`);
      place = { url: `${server.url}/scim/v2/${id}`, token };
    });
    afterEach(() => server[Symbol.asyncDispose]());

    it("scim2-tester 0.5.2 finds nothing but what is said here", async () => {
      const driver = join(import.meta.dirname, "scim2_tester_run.py");
      const text = await run([driver], {
        SCIM_URL: place.url,
        SCIM_TOKEN: place.token,
        SCIM_DOMAIN: DOMAIN,
      });
      const results = JSON.parse(text) as readonly { status: string; check: string; reason: string }[];
      assert.ok(results.length >= 60, `${results.length} checks`);
      assertFindings(
        results.filter(({ status }) => status !== "SUCCESS").map(({ check, reason }) => [check, reason]),
        SCIM2_TESTER,
      );
    });

    it("scim-sanity 0.7.4, in its strict mode, finds nothing but what is said here", async () => {
      const text = await run(
        [
          "-m",
          "scim_sanity",
          "probe",
          place.url,
          "--token",
          place.token,
          "--json-output",
          "--i-accept-side-effects",
        ],
        {},
      );
      const { results } = JSON.parse(text) as {
        readonly results: readonly {
          readonly name: string;
          readonly status: string;
          readonly message: string;
        }[];
      };
      assert.ok(results.length >= 30, `${results.length} checks`);
      assertFindings(
        results
          .filter(({ status }) => status.toLowerCase() !== "pass")
          .map(({ name, message }) => [name, message]),
        SCIM_SANITY,
      );
    });
  },
);
