/** A function that floods the server. */
export interface Noise {
  readonly name: string;
  /** Most calls of it at once, as its app registers it; null for no limit. */
  readonly concurrency: number | null;
  readonly callMs: number;
  /** Events sent for each run that has to be pending to the end: more where calls end faster than samples are taken. */
  readonly surplus: number;
}

export const NOISES: readonly Noise[] = [
  { name: "limited", concurrency: 10, callMs: 50, surplus: 1.5 },
  { name: "unlimited", concurrency: null, callMs: 200, surplus: 2.5 },
];
