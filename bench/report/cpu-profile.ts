/** The parts of a V8 CPU profile that self time is computed from. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  readonly place: string;
  readonly ms: number;
}

/** Self time by function, longest first. */
export function selfTimes(profile: CpuProfile): SelfTime[] {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, { name: string; place: string; ms: number }>();
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined) continue;
    const place = frame.url === "" ? "" : `${shortPlace(frame.url)}:${frame.lineNumber + 1}`;
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    const key = `${name} ${place}`;
    const entry = times.get(key) ?? { name, place, ms: 0 };
    entry.ms += (profile.timeDeltas[index] ?? 0) / 1000;
    times.set(key, entry);
  }
  return [...times.values()].toSorted((left, right) => right.ms - left.ms);
}

/**
 * Time by the nearest function of this repository on the stack: what it does itself, and what the runtime and the
 * dependencies do on its behalf. Time without any such function (input arriving, garbage) is left out.
 */
export function timesOnBehalf(profile: CpuProfile): SelfTime[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])),
  );
  const times = new Map<string, { name: string; place: string; ms: number }>();
  for (const [index, sample] of profile.samples.entries()) {
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const frame = nodes.get(id)?.callFrame;
      if (frame === undefined || !isOurs(frame.url)) continue;
      const place = `${shortPlace(frame.url)}:${frame.lineNumber + 1}`;
      const entry = times.get(place) ?? { name: frame.functionName || "(anonymous)", place, ms: 0 };
      entry.ms += (profile.timeDeltas[index] ?? 0) / 1000;
      times.set(place, entry);
      break;
    }
  }
  return [...times.values()].toSorted((left, right) => right.ms - left.ms);
}

function isOurs(url: string): boolean {
  return url.startsWith(ROOT) && !url.includes("/node_modules/");
}

/** Self time by part of the program: a room of the server, a dependency, the runtime. */
export function selfTimesByPart(
  times: readonly SelfTime[],
): readonly (readonly [part: string, ms: number])[] {
  const parts = new Map<string, number>();
  for (const { name, place, ms } of times) {
    const part = partOf(name, place);
    parts.set(part, (parts.get(part) ?? 0) + ms);
  }
  return [...parts].toSorted(([, left], [, right]) => right - left);
}

function partOf(name: string, place: string): string {
  if (place === "") return name.startsWith("(") ? name : "runtime, native";
  const room = /^packages\/server\/src\/([^/:]+)/.exec(place)?.[1];
  if (room !== undefined) return `server: ${room}`;
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1];
  if (dependency !== undefined) return dependency;
  return /^(packages\/[^/]+|node:[^/:]+|bench\/[^/:]+)/.exec(place)?.[1] ?? place;
}

const ROOT = new URL("../..", import.meta.url).href;

function shortPlace(url: string): string {
  return url.startsWith(ROOT) ? url.slice(ROOT.length) : url;
}
