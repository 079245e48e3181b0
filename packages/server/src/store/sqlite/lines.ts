/** The line of a function at a counter, as `queue.parked` names it. */
export function lineOf(fn: number, counter: string): string {
  return `${fn}:${counter}`;
}

export function splitLine(line: string): readonly [fn: number, counter: string] {
  const colon = line.indexOf(":");
  return [Number(line.slice(0, colon)), line.slice(colon + 1)];
}
