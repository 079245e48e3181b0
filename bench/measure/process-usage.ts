import { readdirSync, readFileSync } from "node:fs";

/** What a process and its children have used so far, as Linux counts it. */
export interface Usage {
  /** User and system time of all threads, milliseconds. */
  readonly cpuMs: number;
  /** Bytes this process caused to be written to the block device. */
  readonly writtenBytes: number;
}

/** Linux counts CPU time in hundredths of a second, whatever the kernel's tick is. */
const MS_PER_TICK = 10;

export function usageOf(pids: readonly number[]): Usage {
  let cpuMs = 0;
  let writtenBytes = 0;
  for (const pid of pids.flatMap(withChildren)) {
    cpuMs += cpuMsOf(readProc(pid, "stat"));
    writtenBytes += Number(/^write_bytes: (\d+)/m.exec(readProc(pid, "io"))?.[1] ?? 0);
  }
  return { cpuMs, writtenBytes };
}

/** CPU time so far of each thread of one process, milliseconds, by thread id; names are the kernel's. */
export function threadTimes(pid: number): Map<string, { readonly name: string; readonly cpuMs: number }> {
  const threads = new Map<string, { name: string; cpuMs: number }>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const stat = readProc(pid, `task/${id}/stat`);
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    threads.set(id, { name, cpuMs: cpuMsOf(stat) });
  }
  return threads;
}

/** User and system time in a `stat` line. The name in parentheses may hold spaces: fields are counted from behind it. */
function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MS_PER_TICK;
}

export interface Memory {
  /** Memory with shared pages divided among their users. */
  readonly pssBytes: number;
  readonly rssBytes: number;
}

export function memoryOf(pids: readonly number[]): Memory {
  let pssBytes = 0;
  let rssBytes = 0;
  for (const pid of pids.flatMap(withChildren)) {
    const rollup = readProc(pid, "smaps_rollup");
    pssBytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024;
    rssBytes += Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024;
  }
  return { pssBytes, rssBytes };
}

function withChildren(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It ended between being named and being read.
  }
  const children = threads.flatMap((thread) =>
    readProc(pid, `task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(withChildren)];
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // As above.
  }
}
