/*
 * What operators decide, and the log of it. Records are few and small; one table holds all kinds, because every change
 * is made the same way: from a known revision, and together with an entry of the log.
 *
 * The log only grows. Its triggers refuse what would change it, so that no statement of ours can, not even by a mistake;
 * whoever can write the file can still, and the chain of hashes shows it. What may be removed is cut off at the front, up to
 * a place that `audit_head` names first, in the same transaction: nothing stays open when a process dies on the way.
 * What opens a name may go, and nothing else of an entry.
 */
export const ADMINISTRATION = `
CREATE TABLE records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_entries (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  openings TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  size INTEGER NOT NULL,
  hash TEXT NOT NULL,
  first INTEGER NOT NULL
) STRICT;
INSERT INTO audit_head (only, size, hash, first)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 1);

CREATE TABLE audit_checkpoints (
  size INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_entries_grow BEFORE INSERT ON audit_entries
WHEN NEW.seq IS NOT (SELECT size + 1 FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log goes to its end'); END;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
WHEN NEW.openings IS NOT NULL OR NEW.seq IS NOT OLD.seq OR NEW.at IS NOT OLD.at OR NEW.text IS NOT OLD.text
  OR NEW.previous_hash IS NOT OLD.previous_hash OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log does not change'); END;
CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries
WHEN OLD.seq >= (SELECT first FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is not removed'); END;
CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head
WHEN NEW.size < OLD.size OR NEW.first < OLD.first
BEGIN SELECT RAISE(ABORT, 'the audit log does not go back'); END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the audit log has a head'); END;

CREATE TABLE nonces (
  nonce TEXT PRIMARY KEY NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE owner (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  name TEXT NOT NULL
) STRICT;
`;
