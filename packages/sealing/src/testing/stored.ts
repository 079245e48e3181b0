/** A value as a server keeps it and gives it back: JSON, of which a test knows the shape. */
export function stored(value: unknown): ReturnType<typeof JSON.parse> {
  return JSON.parse(JSON.stringify(value));
}
