/*
 * Why these tables look as they do. `queue_free` is what a lease walks, so it holds nothing that could not be handed out:
 * a call that found no room is `parked` in a line (function and counter), ordered by `score`, and comes back when its
 * turn has come. What is counted is not stored: it follows from `admitted` and from the runs' `gates`, and the writer
 * keeps it in memory.
 *
 * A wait is found by one number, `match`: its event name's own, or a hash of that with a path and the value the filter
 * wants there. So an event costs one look-up for the name and one for each path in use, however many wait.
 *
 * `gates` is set to NULL when a run ends, so `runs_with_gates` lists those that have not.
 *
 * Everything a plain run does not have is NULL or in tables of its own, and `flags` says which of them to ask.
 * Apps are to register again: what was registered before has no limits.
 */
export const FLOW = `
ALTER TABLE runs ADD COLUMN batch_id TEXT;
ALTER TABLE runs ADD COLUMN original_run TEXT;
ALTER TABLE runs ADD COLUMN gates TEXT;
ALTER TABLE runs ADD COLUMN priority_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_with_gates ON runs (num) WHERE gates IS NOT NULL;

CREATE TABLE run_events (
  run INTEGER NOT NULL,
  position INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_events_by_event ON run_events (event_id);

ALTER TABLE queue ADD COLUMN admitted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN parked TEXT;
ALTER TABLE queue ADD COLUMN score INTEGER;
ALTER TABLE queue ADD COLUMN cause TEXT;
DROP INDEX queue_free;
CREATE INDEX queue_free ON queue (due_at) WHERE session IS NULL AND parked IS NULL;
CREATE INDEX queue_parked ON queue (parked, score, run, key) WHERE parked IS NOT NULL;

ALTER TABLE idempotency_keys ADD COLUMN run TEXT;

CREATE TABLE buckets (
  counter TEXT PRIMARY KEY NOT NULL,
  tat_ms INTEGER NOT NULL,
  tat_part INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE throttles (
  counter TEXT PRIMARY KEY NOT NULL,
  wake_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_by_wake ON throttles (wake_at);

CREATE TABLE singletons (
  function INTEGER NOT NULL,
  key TEXT NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (function, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE paused (
  function INTEGER PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT;

CREATE TABLE waits (
  num INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  effect INTEGER NOT NULL,
  name INTEGER NOT NULL,
  match INTEGER NOT NULL,
  source TEXT,
  captured TEXT,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX waits_by_match ON waits (match);
CREATE INDEX waits_by_run ON waits (run);

CREATE TABLE wait_names (
  num INTEGER PRIMARY KEY,
  environment INTEGER NOT NULL,
  name TEXT NOT NULL,
  waits INTEGER NOT NULL,
  UNIQUE (environment, name)
) STRICT;

CREATE TABLE wait_paths (
  name INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (name, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE unmatched (
  event_id TEXT NOT NULL,
  match INTEGER NOT NULL,
  after INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (event_id, match)
) STRICT, WITHOUT ROWID;

CREATE TABLE signals (
  environment INTEGER NOT NULL,
  name TEXT NOT NULL,
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (environment, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX signals_by_run ON signals (run);

CREATE TABLE gatherings (
  num INTEGER PRIMARY KEY AUTOINCREMENT,
  function INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  event_bytes INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX gatherings_open ON gatherings (function, kind, key) WHERE is_open = 1;
CREATE INDEX gatherings_by_due ON gatherings (due_at);

CREATE TABLE gathered_events (
  gathering INTEGER NOT NULL,
  position INTEGER NOT NULL,
  identity TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (gathering, position),
  UNIQUE (gathering, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticks (
  function INTEGER NOT NULL,
  cron TEXT NOT NULL,
  scheduled_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (function, cron)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticks_by_due ON ticks (due_at);

CREATE TABLE cancellations (
  environment INTEGER NOT NULL,
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  app_name TEXT NOT NULL,
  function INTEGER NOT NULL,
  started_after INTEGER,
  started_before INTEGER NOT NULL,
  expression TEXT,
  PRIMARY KEY (environment, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE functions ADD COLUMN limits TEXT;
UPDATE apps SET checksum = '';
`;
