import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { runHoldfast, spawnHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { until } from "../kit/until.ts";

interface Said {
  readonly data: readonly { readonly id: string; readonly status: string }[];
}

describe("holdfast doctor", { timeout: 120_000 }, () => {
  let folder: string;
  const data = (): string => join(folder, "holdfast-data");
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-doctor-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function examine(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    cwd = folder,
  ) {
    const { code, stderr, stdout } = await runHoldfast(["doctor", "--json", ...args], { cwd, env });
    assert.notEqual(stdout, "", stderr);
    const { data: found } = JSON.parse(stdout) as Said;
    return { code, failed: found.filter(({ status }) => status === "failed").map(({ id }) => id), found };
  }

  /** Runs a server on the folder while something is done. */
  async function whileServed(act: (url: string) => Promise<void>): Promise<void> {
    const server = spawnHoldfast(["start", "--port", "0"], { cwd: folder });
    const [, url = ""] = await server.prints(/"url":"(http:[^"]+)"/);
    try {
      await act(url);
    } finally {
      server.kill("SIGTERM");
      await server.ended;
    }
  }

  it("finds nothing wrong with a server that was started as the front page says", async () => {
    await whileServed(async (url) => {
      const { code, failed, found } = await examine(["--url", url]);
      assert.deepEqual([code, failed], [0, []]);
      for (const id of ["server.answers", "keys.signing", "audit.holds", "files.modes", "machine.clock"])
        assert.ok(
          found.some((each) => each.id === id && each.status === "ok"),
          id,
        );
    });
  });

  it("looks at the data files when no server has them, and finds what others may read", async () => {
    const well = await examine(["--url", "http://127.0.0.1:1"]);
    assert.deepEqual([well.code, well.failed], [0, []]);
    assert.equal(well.found.filter(({ id, status }) => id === "store.whole" && status === "ok").length, 2);
    chmodSync(join(data(), "keys", "signing-key"), 0o644);
    const open = await examine(["--url", "http://127.0.0.1:1"]);
    assert.deepEqual([open.code, open.failed], [9, ["files.modes"]]);
    chmodSync(join(data(), "keys", "signing-key"), 0o600);
  });

  it("looks where a server started here would: at the folder and the file that settings and variables name", async () => {
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    const config = join(elsewhere, "holdfast.config.json");
    const away = ["--url", "http://127.0.0.1:1"];
    chmodSync(join(data(), "keys", "signing-key"), 0o644);
    writeFileSync(config, JSON.stringify({ "data-dir": data() }));
    const byVariable = { HOLDFAST_CONFIG: config };
    const named = await examine(away, byVariable, elsewhere);
    assert.deepEqual([named.code, named.failed], [9, ["files.modes"]]);
    const alias = await examine(away, { INNGEST_SQLITE_DIR: data() }, elsewhere);
    assert.deepEqual(alias.failed, ["files.modes"]);
    chmodSync(join(data(), "keys", "signing-key"), 0o600);
    writeFileSync(config, JSON.stringify({ "data-dir": data(), host: "0.0.0.0" }));
    assert.deepEqual((await examine(away, byVariable, elsewhere)).failed, ["settings.invalid"]);
    rmSync(elsewhere, { recursive: true });
  });

  it("looks at keys that the settings name elsewhere, and at what an app said that nobody approved", async () => {
    const key = join(folder, "tls-key.pem");
    writeFileSync(key, "key", { mode: 0o604 });
    chmodSync(key, 0o604);
    const away = ["--url", "http://127.0.0.1:1", "--egress-cert", key, "--egress-key", key];
    assert.deepEqual((await examine(away)).failed, ["files.named_modes"]);
    chmodSync(key, 0o600);
    assert.deepEqual((await examine(away)).failed, []);
    await whileServed(async (url) => {
      const signingKey = readFileSync(join(data(), "keys", "signing-key"), "utf8").trim();
      const place = { url, signingKey, eventKey: "" };
      const register = (host: string) =>
        postRegistration(place, registrationOf("moved", `https://${host}/api/inngest`, ["a"]));
      assert.equal((await register("shop.example.org")).status, 200);
      assert.notEqual((await register("evil.example")).status, 200);
      const held = async () =>
        (await examine(["--url", url])).found.filter(({ id }) => id === "apps.origin_held");
      await until("the held address is in the log", async () => (await held()).length === 1);
      const env = { HOLDFAST_URL: url };
      const approved = await runHoldfast(["apps", "approve", "moved", "https://evil.example"], {
        cwd: folder,
        env,
      });
      assert.equal(approved.code, 0, approved.stderr);
      assert.deepEqual(await held(), []);
    });
  });

  it("A-009 finds switches that undo what is safe, and settings that no server would start with", async () => {
    const { code, failed } = await examine(["--host", "0.0.0.0", "--url", "http://127.0.0.1:1"], {
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    });
    assert.deepEqual([code, failed], [9, ["machine.tls_unchecked", "settings.invalid"]]);
  });

  it("finds a damaged data file, and a log that was tampered with", async () => {
    const db = new DatabaseSync(join(data(), "installation", "holdfast.db"));
    // Whoever can write the file can take the triggers away.
    db.exec(
      "DROP TRIGGER audit_entries_stay; UPDATE audit_entries SET text = replace(text, 'server.', 'sorver.')",
    );
    db.close();
    await whileServed(async (url) => {
      assert.deepEqual((await examine(["--url", url])).failed, ["audit.holds"]);
    });
    const broken = new DatabaseSync(join(data(), "holdfast.db"));
    broken.exec(
      "INSERT INTO queue (run, key, kind, attempt, generation, enqueued_at, due_at) VALUES (99, 'start', 0, 0, 0, 0, 0)",
    );
    broken.close();
    assert.deepEqual((await examine(["--url", "http://127.0.0.1:1"])).failed, ["store.whole"]);
  });
});
