/** What is said of one requirement of the standard; `docs/reference/asvs.json` is a list of these. */
export interface Requirement {
  /** As the standard numbers it: `V6.2.1`. */
  readonly id: string;
  readonly level: 1 | 2 | 3;
  /** A few words of our own; the standard's text is not repeated. */
  readonly subject: string;
  readonly status: Status;
  readonly evidence: readonly Evidence[];
  /** Why it does not apply, what is missing, or what should be known of a requirement that is met; may be empty. */
  readonly note: string;
}

export type Status = "met" | "not applicable" | "gap";

/** A test, `path#title`, or a part of a document, `path#heading`. */
export type Evidence = { readonly test: string } | { readonly document: string };

export const STATUSES: readonly Status[] = ["met", "not applicable", "gap"];
export const LEVELS = [1, 2, 3] as const;

/** How many requirements ASVS 5.0.0 has of each level. */
export const COUNT_BY_LEVEL = { 1: 70, 2: 183, 3: 92 } as const;

/** The chapters of ASVS 5.0.0 in order: what each is about, and how many requirements each of its sections has. */
export const CHAPTERS: ReadonlyArray<readonly [about: string, sections: readonly number[]]> = [
  ["Encoding and sanitising", [2, 10, 12, 3, 3]],
  ["Validation and business logic", [3, 3, 5, 2]],
  ["Web front end", [1, 3, 5, 8, 8, 1, 5]],
  ["API and web services", [5, 5, 2, 4]],
  ["Files", [1, 6, 3, 3]],
  ["Authentication", [3, 12, 8, 6, 8, 4, 2, 4]],
  ["Sessions", [3, 4, 2, 5, 3, 2]],
  ["Authorisation", [4, 4, 3, 2]],
  ["Self-contained tokens", [3, 4]],
  ["OAuth and OpenID Connect", [2, 3, 5, 16, 5, 2, 3]],
  ["Cryptography", [4, 5, 5, 4, 2, 2, 2]],
  ["Transport", [5, 2, 5]],
  ["Configuration", [4, 6, 4, 7]],
  ["Data protection", [2, 8, 3]],
  ["Code and architecture", [5, 5, 7, 4]],
  ["Logging and errors", [1, 5, 4, 3, 4]],
  ["WebRTC", [2, 8, 2]],
];

/** Every id of the standard, in its order. */
export function everyId(): string[] {
  return CHAPTERS.flatMap(([, sections], chapter) =>
    sections.flatMap((count, section) =>
      Array.from({ length: count }, (_, index) => `V${chapter + 1}.${section + 1}.${index + 1}`),
    ),
  );
}

/** The number of an id's chapter: 6 for `V6.2.1`. */
export function chapterOf(id: string): number {
  return Number(id.slice(1, id.indexOf(".")));
}
