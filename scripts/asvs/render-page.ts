import { posix } from "node:path";
import { chapterOf, CHAPTERS, LEVELS, STATUSES } from "./requirement.ts";
import type { Evidence, Requirement } from "./requirement.ts";

const PAGE_FOLDER = "docs/reference";

const HEAD = `# ASVS

Where the product stands against the OWASP Application Security Verification Standard 5.0.0, as we see it ourselves. **It claims no
certification**: nobody else has verified this, and the standard's authors certify nobody. The numbers are the standard's; the words are
ours and only say what a requirement is about, so read it beside [the standard](https://github.com/OWASP/ASVS/tree/v5.0.0).

*Met* names the tests that fail when it is no longer so, or the document that was asked for. *Not applicable* says why. *Gap* says what is
missing; where we were not sure, it is a gap. The page is made from [asvs.json](asvs.json) by \`npm run asvs\`, and a test holds that each
requirement stands there once, and that each test and heading that it names exists.
`;

/** The page that shows the table: counts by level, then each chapter. */
export function renderPage(table: readonly Requirement[]): string {
  const chapters = CHAPTERS.map(([about], index) => {
    const rows = table.filter(({ id }) => chapterOf(id) === index + 1);
    return `## V${index + 1} ${about}\n\n${tally(rows)}.\n\n${rowsOf(rows)}`;
  });
  return [HEAD, countsOf(table), ...chapters].join("\n");
}

function countsOf(table: readonly Requirement[]): string {
  const lines = LEVELS.map((level) =>
    lineOf(
      String(level),
      table.filter((each) => each.level === level),
    ),
  );
  return [
    "## Counts\n",
    `| level | ${STATUSES.join(" | ")} | all |`,
    `| --- |${" --- |".repeat(STATUSES.length + 1)}`,
    ...lines,
    lineOf("all", table),
    "",
  ].join("\n");
}

function lineOf(title: string, rows: readonly Requirement[]): string {
  return `| ${title} | ${STATUSES.map((status) => countOf(rows, status)).join(" | ")} | ${rows.length} |`;
}

function tally(rows: readonly Requirement[]): string {
  return STATUSES.map((status) => `${countOf(rows, status)} ${status}`).join(", ");
}

function countOf(rows: readonly Requirement[], status: string): number {
  return rows.filter((each) => each.status === status).length;
}

function rowsOf(rows: readonly Requirement[]): string {
  const lines = rows.map(
    ({ id, level, subject, status, evidence, note }) =>
      `| ${id} | ${level} | ${cell(subject)} | ${status} | ${[...evidence.map(linkTo), cell(note)].filter((text) => text !== "").join("; ")} |`,
  );
  return [
    "| id | level | about | status | evidence, reason |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}

function linkTo(evidence: Evidence): string {
  const reference = "test" in evidence ? evidence.test : evidence.document;
  const at = reference.indexOf("#");
  const path = reference.slice(0, at);
  return `[${cell(reference.slice(at + 1))}](${posix.relative(PAGE_FOLDER, path)})`;
}

/** What would end a cell or a link, or begin markup, stands for itself. */
function cell(text: string): string {
  return text.replaceAll(/[|[\]<>*`_\\]/g, String.raw`\$&`);
}
