/** What stands in a line that says nothing but that lines arrive. Readers pass over it. `at`: Unix ms. */
export function testMembers(of: {
  readonly sink: string;
  readonly at: number;
}): Readonly<Record<string, unknown>> {
  return { format: "holdfast-audit-test/1", sink: of.sink, at: new Date(of.at).toISOString() };
}
