/** Stands in until the room is there. */
export interface StepTools {
  run<T>(id: string, act: () => T | Promise<T>): Promise<T>;
}
export interface GroupTools {
  parallel<T>(act: () => Promise<T>): Promise<T>;
}
export type Defer = (
  id: string,
  options: { readonly function: unknown; readonly data: unknown },
) => { abort(): void };
