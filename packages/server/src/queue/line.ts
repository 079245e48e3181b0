/** Something that stands in at most one line at a time. The line sets these; nobody else does. */
export interface Standing<Member> {
  before: Member | null;
  behind: Member | null;
}

/** First in, first out, and anybody may leave from the middle; each in constant time, without an array to shift. */
export class Line<Member extends Standing<Member>> {
  #first: Member | null = null;
  #last: Member | null = null;

  get first(): Member | null {
    return this.#first;
  }

  /** Puts a member that stands in no line at the end of this one. */
  append(member: Member): void {
    member.before = this.#last;
    member.behind = null;
    if (this.#last === null) this.#first = member;
    else this.#last.behind = member;
    this.#last = member;
  }

  /** Takes out a member that stands in this line. */
  remove(member: Member): void {
    if (member.before === null) this.#first = member.behind;
    else member.before.behind = member.behind;
    if (member.behind === null) this.#last = member.before;
    else member.behind.before = member.before;
    member.before = null;
    member.behind = null;
  }
}
