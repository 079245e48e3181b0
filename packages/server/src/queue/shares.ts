import { Line } from "./line.ts";

/** One who shares the slots: what is under way for it, and what waits. */
interface Sharer<Key, Item> {
  readonly key: Key;
  active: number;
  items: Item[];
  /** Index of the first waiting item: taking from the front of a long array would copy it. */
  head: number;
  before: Sharer<Key, Item> | null;
  behind: Sharer<Key, Item> | null;
}

/**
 * Who gets the next free slot. Slots are shared by dynamic thresholds (Choudhury and Hahne, "Dynamic queue length
 * thresholds for shared-memory packet switches", IEEE/ACM Transactions on Networking 6(2), 1998) with a factor of one:
 * a sharer may take a slot only while it has fewer under way than slots are free. So a lone sharer takes half of them,
 * `n` busy ones come to rest at one part in `n + 1` each, and one part stays free for whoever comes next: a newcomer
 * need not wait for others to end. Of those who may, the one with the fewest under way is next; equals take turns.
 * The items of one sharer are taken in the order in which they were offered.
 *
 * An offer, a release and a take cost the same however many sharers and items there are: whoever waits stands in a line
 * with those who have as many under way. Only finding the lowest line that is not empty looks at up to `slots` of them.
 */
export class Shares<Key, Item> {
  readonly #slots: number;
  readonly #sharers = new Map<Key, Sharer<Key, Item>>();
  /** Sharers with waiting items, by how many they have under way. */
  readonly #lines: readonly Line<Sharer<Key, Item>>[];
  /** Every line below this one is empty. */
  #lowest = 0;
  #active = 0;
  #waiting = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.#lines = Array.from({ length: slots + 1 }, () => new Line());
  }

  /** Items that were taken and not released, of all sharers. */
  get active(): number {
    return this.#active;
  }

  /** Items that were offered and not taken, of all sharers. */
  get waiting(): number {
    return this.#waiting;
  }

  offer(key: Key, item: Item): void {
    let sharer = this.#sharers.get(key);
    if (sharer === undefined) {
      sharer = { key, active: 0, items: [], head: 0, before: null, behind: null };
      this.#sharers.set(key, sharer);
    }
    if (!isWaiting(sharer)) this.#join(sharer);
    sharer.items.push(item);
    this.#waiting += 1;
  }

  /** The item to begin now, which has a slot from here on, or null while nobody who waits may have one. */
  take(): Item | null {
    const free = this.#slots - this.#active;
    let sharer: Sharer<Key, Item> | null = null;
    while (this.#lowest < free && sharer === null) {
      sharer = this.#lineOf(this.#lowest).first;
      if (sharer === null) this.#lowest += 1;
    }
    if (sharer === null) return null;
    this.#lineOf(sharer.active).remove(sharer);
    // Who stands in a line has an item at its head.
    const item = sharer.items[sharer.head] as Item;
    sharer.head += 1;
    // Once for every so many takes as there are items to copy.
    if (sharer.head * 2 >= sharer.items.length) {
      sharer.items = sharer.items.slice(sharer.head);
      sharer.head = 0;
    }
    sharer.active += 1;
    this.#active += 1;
    this.#waiting -= 1;
    if (isWaiting(sharer)) this.#join(sharer);
    return item;
  }

  /** One of the sharer's items has ended: its slot is free. */
  release(key: Key): void {
    const sharer = this.#sharers.get(key);
    if (sharer === undefined || sharer.active === 0) return;
    const waits = isWaiting(sharer);
    if (waits) this.#lineOf(sharer.active).remove(sharer);
    sharer.active -= 1;
    this.#active -= 1;
    if (waits) this.#join(sharer);
    else this.#forgetIdle(sharer);
  }

  /** Takes back what the sharer has waiting, in order. What is under way for it goes on. */
  withdraw(key: Key): readonly Item[] {
    const sharer = this.#sharers.get(key);
    if (sharer === undefined || !isWaiting(sharer)) return [];
    this.#lineOf(sharer.active).remove(sharer);
    const items = sharer.items.slice(sharer.head);
    sharer.items = [];
    sharer.head = 0;
    this.#waiting -= items.length;
    this.#forgetIdle(sharer);
    return items;
  }

  #join(sharer: Sharer<Key, Item>): void {
    this.#lineOf(sharer.active).append(sharer);
    this.#lowest = Math.min(this.#lowest, sharer.active);
  }

  #forgetIdle(sharer: Sharer<Key, Item>): void {
    if (sharer.active === 0) this.#sharers.delete(sharer.key);
  }

  #lineOf(active: number): Line<Sharer<Key, Item>> {
    // Nobody has more under way than there are slots, and there is a line for each number up to that.
    return this.#lines[active] as Line<Sharer<Key, Item>>;
  }
}

function isWaiting({ items, head }: Sharer<unknown, unknown>): boolean {
  return head < items.length;
}
