import type { AuditorsReport, Table } from "./auditors-report.ts";

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
  h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  p { margin: .3rem 0; color: #444; }
  table { border-collapse: collapse; width: 100%; font-size: .85rem; }
  th, td { border-bottom: 1px solid #ddd; padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { border-bottom-color: #888; white-space: nowrap; }
  tr { break-inside: avoid; } thead { display: table-header-group; }
  @page { size: landscape; margin: 1.5cm; } @media print { body { margin: 0; max-width: none; } }
`;

/**
 * A report as a page to read and to print: one file, without scripts, that fetches nothing. Everything in it that somebody
 * chose is escaped.
 */
export function pageOf(
  { notes, tables, title }: AuditorsReport,
  { at, url }: { at: string; url: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Holdfast</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(url)}, as of ${escaped(at)}</p>
${tables.map(tableOf).join("\n")}
<h2>Notes</h2>
${notes.map((note) => `<p>${escaped(note)}</p>`).join("\n")}
</body>
</html>
`;
}

function tableOf({ columns, heading, rows }: Table): string {
  const line = (tag: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const body =
    rows.length === 0
      ? `<tr><td colspan="${columns.length}">Nothing.</td></tr>`
      : rows.map((row) => line("td", row)).join("\n");
  return `<h2>${escaped(heading)}</h2>
<table>
<thead>${line("th", columns)}</thead>
<tbody>
${body}
</tbody>
</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text of somebody else in HTML: marks that turn the direction of writing are shown as what they are. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
