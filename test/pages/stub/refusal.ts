/** What a refusal looks like. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly next: string;

  constructor(status: number, code: string, sentence: string, next = "Read what it says.") {
    super(sentence);
    this.status = status;
    this.code = code;
    this.next = next;
  }
}
