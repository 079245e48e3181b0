/** Every bound of the embedded store. Names end in their unit. */

/** A batch closes at whichever comes first; a single act that is larger travels alone. */
export const BATCH_ACTS_MAX_COUNT = 1000;
export const BATCH_TEXT_MAX_CHARS = 1024 * 1024;

/** How long a statement waits for another connection's lock. Only a checkpoint or a backup ever holds one. */
export const LOCK_WAIT_MS = 5000;

/** Memory for pages, per connection. */
export const PAGE_CACHE_KIB = 8 * 1024;

/**
 * Pages in the write-ahead log after which the commit that passes them moves it into the file. Measured on commits of
 * 10 acts, against 4,000 pages: the same p99 (0.7 ms), half the p99.9 (2.2 ms against 4.7 ms) and a tenth more
 * commits per second, because the log stays small enough to be looked up quickly. With 100 acts there is no difference.
 */
export const CHECKPOINT_PAGES = 1000;

/** The write-ahead log is cut back to this size after a burst. */
export const WAL_KEPT_BYTES = 64 * 1024 * 1024;

/**
 * A sweep of idempotency keys looks at this many rows, and one is due for every `SWEEP_ROWS / SWEEP_ROWS_PER_KEY`
 * keys added: four rows looked at for each row added keep the table within a third of what is live.
 */
export const SWEEP_ROWS = 64;
export const SWEEP_ROWS_PER_KEY = 4;

/** How many findings of an integrity check go into the error. */
export const FINDINGS_MAX_COUNT = 5;

/**
 * Waiting calls that one act lets in or sends to another line. What is left is worked off by the next leases: a
 * function that goes on with a hundred thousand calls waiting must not hold up the writer.
 */
export const WAKES_MAX_COUNT = 100;
export const WAKES_PER_LEASE_MAX_COUNT = 1000;

/** Free items that one lease looks at, besides those it hands out. */
export const LEASE_LOOKS_MAX_COUNT = 1000;

/** Waits that one act holds against its events. What is left is worked off by the next leases. */
export const MATCHES_MAX_COUNT = 1000;

/** Paths of one event name by which waits are found; waits on further paths are found by the name alone. */
export const WAIT_PATHS_MAX_COUNT = 64;

/** Event names with waits that the writer knows by heart; with more, it asks the table. */
export const WAIT_NAMES_MAX_COUNT = 10_000;

/** Filters of waits that are kept compiled. */
export const FILTERS_MAX_COUNT = 1000;

/** Stored events that a new wait looks back at, and how many older ones in a row end the look. */
export const LOOK_BACK_MAX_COUNT = 256;

/**
 * What a wait that asked to look back further than usual looks at: so many of the newest events of its name, and no more once
 * their texts add up to so much. It holds up the writer meanwhile: measured, 1,000 events of 1 KB take 4 to 14 ms.
 */
export const LONG_LOOK_BACK_MAX_COUNT = 1000;
export const LONG_LOOK_BACK_MAX_CHARS = 4 * 1024 * 1024;

export const LOOK_BACK_MISSES_MAX_COUNT = 16;

/** What one portion of all stored texts holds at most: reading it holds up the server's thread for a few milliseconds. */
export const TEXTS_PORTION_MAX_COUNT = 500;
export const TEXTS_PORTION_MAX_CHARS = 1024 * 1024;
