/** Orders records by some of their fields, the first that differs decides. */
export function by<Each>(
  ...fields: readonly ((each: Each) => string | number)[]
): (one: Each, other: Each) => number {
  return (one, other) => {
    for (const field of fields) {
      const [left, right] = [field(one), field(other)];
      if (left < right) return -1;
      if (left > right) return 1;
    }
    return 0;
  };
}
