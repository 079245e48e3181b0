import { COUNT_BY_LEVEL, everyId, LEVELS, STATUSES } from "./requirement.ts";
import type { Requirement } from "./requirement.ts";

/**
 * What is wrong with the table, a sentence each; nothing when it is whole and everything that it names is there.
 *
 * `read` gives the text of a file of the repository, or null where there is none.
 */
export function findProblems(table: readonly Requirement[], read: (path: string) => string | null): string[] {
  return [...problemsOfCount(table), ...table.flatMap((each) => problemsOf(each, read))];
}

function problemsOfCount(table: readonly Requirement[]): string[] {
  const problems: string[] = [];
  const ids = table.map(({ id }) => id);
  const known = everyId();
  for (const id of known) {
    const count = ids.filter((each) => each === id).length;
    if (count !== 1) problems.push(`${id} stands there ${count} times`);
  }
  for (const id of ids) if (!known.includes(id)) problems.push(`${id} is no requirement of the standard`);
  if (problems.length === 0 && ids.join() !== known.join()) {
    problems.push("the order is not that of the standard");
  }
  for (const level of LEVELS) {
    const count = table.filter((each) => each.level === level).length;
    if (count !== COUNT_BY_LEVEL[level]) {
      problems.push(`level ${level} has ${count} requirements and not ${COUNT_BY_LEVEL[level]}`);
    }
  }
  return problems;
}

function problemsOf(each: Requirement, read: (path: string) => string | null): string[] {
  const problems: string[] = [];
  if (!STATUSES.includes(each.status)) problems.push(`${each.id} has an unknown status`);
  if (each.subject.trim() === "") problems.push(`${each.id} does not say what it is about`);
  if (each.status === "met" && each.evidence.length === 0)
    problems.push(`${each.id} is met without evidence`);
  if (each.status !== "met" && each.note.trim() === "") problems.push(`${each.id} does not say why`);
  for (const evidence of each.evidence) {
    const [path, name] = splitOnce("test" in evidence ? evidence.test : evidence.document);
    const text = read(path);
    if (text === null) problems.push(`${each.id} names ${path}, which is not there`);
    else if (!("test" in evidence ? hasTest(text, name) : hasHeading(text, name))) {
      problems.push(`${each.id} names "${name}", which is not in ${path}`);
    }
  }
  return problems;
}

function splitOnce(reference: string): [path: string, name: string] {
  const at = reference.indexOf("#");
  return at === -1 ? [reference, ""] : [reference.slice(0, at), reference.slice(at + 1)];
}

/** Whether a title begins a text of the source; of a template, the source between its backquotes is the title. */
function hasTest(source: string, title: string): boolean {
  return title !== "" && ['"', "'", "`"].some((quote) => source.includes(quote + title + quote));
}

function hasHeading(page: string, heading: string): boolean {
  return (
    heading !== "" &&
    page.split("\n").some((line) => line.replace(/^#{1,6} /, "") === heading && line !== heading)
  );
}
