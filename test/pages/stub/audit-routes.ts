import { createHash, createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { AuditAction, Digest } from "@holdfast/protocol";
import {
  auditEntry,
  CHAIN_START,
  chainHash,
  entryHash,
  MerkleTree,
  signedCheckpoint,
} from "@holdfast/protocol";
import type { Route, World } from "./world.ts";
import { ADA } from "./world.ts";

const digest: Digest = {
  sha256Hex: (data) => createHash("sha256").update(data).digest("hex"),
  hmacSha256Hex: (key, ...parts) =>
    parts.reduce((mac, part) => mac.update(part), createHmac("sha256", key)).digest("hex"),
  equal: (left, right) => left === right,
};

const ACTIONS: readonly AuditAction[] = [
  "event_key.created",
  "operator_token.revoked",
  "environment.renamed",
  "access.denied",
  "audit.exported",
];

/** A log of so many entries, chained and signed as the server does it. */
function aLog(count: number) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const tree = new MerkleTree(digest);
  let previous = CHAIN_START;
  const entries = [];
  for (let seq = 1; seq <= count; seq++) {
    const action = ACTIONS[seq % ACTIONS.length] ?? "server.started";
    const { openings, text } = auditEntry(
      {
        action,
        authority: {
          actor: { type: "user", id: ADA.id, name: ADA.name, keyId: null },
          context: {
            address: "198.51.100.7",
            userAgent: "Firefox/150.0",
            requestId: `req-${seq}`,
            via: "api",
          },
        },
        targets: [{ type: action.split(".")[0] ?? "", id: `it-${seq}`, name: `Thing ${seq}` }],
        result: action === "access.denied" ? "denied" : "success",
        reason: action === "access.denied" ? "forbidden" : null,
        changes: action === "environment.renamed" ? { label: { from: "Staging", to: "Stage" } } : {},
      },
      {
        id: `id-${seq}`,
        at: Date.now() - (count - seq) * 3_600_000,
        log: "installation",
        salt: () => `${seq}`.padStart(32, "0"),
      },
      digest,
    );
    const hash = entryHash(text, digest);
    previous = chainHash(previous, hash, seq, digest);
    tree.append(hash);
    entries.push({ seq, hash: previous, entry: text, openings });
  }
  const note = signedCheckpoint(
    { origin: "holdfast/installation", size: count, root: tree.root(), chain: previous },
    { publicKey: raw, sign: (body) => sign(null, Buffer.from(body), privateKey) },
    digest,
  );
  const header = {
    format: "holdfast-audit/1",
    log: "installation",
    keys: [{ publicKey: raw.toString("base64") }],
    first: 1,
    previous_hash: CHAIN_START,
    tree: [],
  };
  return { header, entries, note };
}

/** The installation's log. `world.alteredEntry` is what somebody changed in the database. */
export function auditRoutes(world: World): readonly Route[] {
  const { entries, header, note } = aLog(120);
  const stored = () =>
    entries.map((each) =>
      each.seq === world.alteredEntry
        ? { ...each, entry: each.entry.replace("198.51.100.7", "203.0.113.66") }
        : each,
    );
  return [
    [
      /^GET \/admin\/(?:environments\/[^/]+\/)?audit$/,
      ({ query }) => {
        const before = Number(query.get("before") ?? entries.length + 1);
        return stored()
          .toReversed()
          .filter(({ seq }) => seq < before)
          .map(({ entry, hash, openings, seq }) => ({ seq, hash, entry: JSON.parse(entry), openings }))
          .filter(({ entry }) => query.get("action") === null || entry.action === query.get("action"))
          .filter(({ entry }) => query.get("actor") === null || entry.actor.id === query.get("actor"))
          .slice(0, Number(query.get("limit") ?? 50));
      },
    ],
    [
      /^POST \/admin\/(?:environments\/[^/]+\/)?audit\/export$/,
      () => [header, ...stored(), { checkpoint: note }].map((line) => JSON.stringify(line)).join("\n"),
    ],
  ];
}
