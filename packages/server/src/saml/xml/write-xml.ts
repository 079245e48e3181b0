/** Attributes by name; what is null is left out. */
type Attributes = Readonly<Record<string, string | null>>;

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** A text that is XML already. */
export interface Xml {
  readonly xml: string;
}

/** Writes an element. Text is escaped, and so are values; what is XML already goes in as it is. */
export function element(
  name: string,
  attributes: Attributes,
  ...content: readonly (Xml | string | null)[]
): Xml {
  const head = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escaped(value ?? "")}"`)
    .join("");
  const body = content.map((each) =>
    each === null ? "" : typeof each === "string" ? escaped(each) : each.xml,
  );
  return { xml: body.length === 0 ? `<${name}${head}/>` : `<${name}${head}>${body.join("")}</${name}>` };
}

function escaped(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => REFERENCES[character] ?? "");
}
