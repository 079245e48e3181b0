import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Shares } from "./shares.ts";

/** Takes until nobody may have another slot. */
function takeAll<Key, Item>(shares: Shares<Key, Item>): Item[] {
  const taken: Item[] = [];
  for (let item = shares.take(); item !== null; item = shares.take()) taken.push(item);
  return taken;
}

type Command =
  | { readonly kind: "offer"; readonly sharer: number; readonly count: number }
  | { readonly kind: "take"; readonly count: number }
  | { readonly kind: "release"; readonly sharer: number }
  | { readonly kind: "withdraw"; readonly sharer: number };

const sharer = fc.nat(5);
const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("offer" as const), sharer, count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant("take" as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant("release" as const), sharer }),
    fc.record({ kind: fc.constant("withdraw" as const), sharer }),
  ),
  { maxLength: 120, size: "max" },
);

interface Piece {
  readonly sharer: number;
  readonly serial: number;
}

/** The rule, written so slowly that it is plain: lists, and a search through all of them. */
class Model {
  readonly active = new Map<number, number>();
  readonly waiting = new Map<number, Piece[]>();

  readonly slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  activeOf(key: number): number {
    return this.active.get(key) ?? 0;
  }

  get free(): number {
    return this.slots - [...this.active.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Who may take a slot now and has the fewest under way. */
  get candidates(): number[] {
    const eligible = [...this.waiting]
      .filter(([key, pieces]) => pieces.length > 0 && this.activeOf(key) < this.free)
      .map(([key]) => key);
    const fewest = Math.min(...eligible.map((key) => this.activeOf(key)));
    return eligible.filter((key) => this.activeOf(key) === fewest);
  }

  take(piece: Piece | null): void {
    const { candidates } = this;
    if (piece === null) {
      assert.deepEqual(candidates, [], "a sharer under its threshold was passed over");
      return;
    }
    assert.ok(
      candidates.includes(piece.sharer),
      "somebody else had fewer under way, or none may have a slot",
    );
    assert.deepEqual(this.waiting.get(piece.sharer)?.shift(), piece, "the sharer's order was not kept");
    this.active.set(piece.sharer, this.activeOf(piece.sharer) + 1);
  }
}

describe("Shares", () => {
  it("take() gives what the rule gives, whatever was offered, taken, released and withdrawn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), commands, (slots, list: readonly Command[]) => {
        const shares = new Shares<number, Piece>(slots);
        const model = new Model(slots);
        let serial = 0;
        for (const command of list) {
          if (command.kind === "take") {
            for (let turn = 0; turn < command.count; turn += 1) model.take(shares.take());
          } else if (command.kind === "offer") {
            for (let turn = 0; turn < command.count; turn += 1) {
              const piece = { sharer: command.sharer, serial: (serial += 1) };
              shares.offer(command.sharer, piece);
              model.waiting.set(command.sharer, [...(model.waiting.get(command.sharer) ?? []), piece]);
            }
          } else if (command.kind === "release") {
            shares.release(command.sharer);
            model.active.set(command.sharer, Math.max(0, model.activeOf(command.sharer) - 1));
          } else {
            assert.deepEqual(shares.withdraw(command.sharer), model.waiting.get(command.sharer) ?? []);
            model.waiting.delete(command.sharer);
          }
          assert.equal(shares.active, slots - model.free);
          assert.ok(shares.active <= slots);
          assert.equal(shares.waiting, [...model.waiting.values()].flat().length);
        }
      }),
    );
  });

  it("take() gives a lone sharer half of the slots, rounded up", () => {
    for (const [slots, half] of [
      [1, 1],
      [2, 1],
      [5, 3],
      [2000, 1000],
    ] as const) {
      const shares = new Shares<string, number>(slots);
      for (let index = 0; index < slots; index += 1) shares.offer("a", index);
      assert.equal(takeAll(shares).length, half);
    }
  });

  it("take() finds a slot for a newcomer at once while another one floods", () => {
    const shares = new Shares<string, string>(100);
    for (let index = 0; index < 10_000; index += 1) shares.offer("noisy", "noisy");
    takeAll(shares);
    shares.offer("quiet", "quiet");
    assert.deepEqual(takeAll(shares), ["quiet"]);
  });

  it("take() leaves floods of n sharers at one part in n + 1 each, once slots have changed hands", () => {
    const shares = new Shares<number, number>(100);
    const under = [0, 0, 0, 0];
    for (const key of under.keys()) {
      for (let index = 0; index < 10_000; index += 1) shares.offer(key, key);
      for (const taken of takeAll(shares)) under[taken] = (under[taken] ?? 0) + 1;
    }
    for (let round = 0; round < 400; round += 1) {
      const key = round % under.length;
      if (under[key] === 0) continue;
      shares.release(key);
      under[key] = (under[key] ?? 0) - 1;
      for (const taken of takeAll(shares)) under[taken] = (under[taken] ?? 0) + 1;
    }
    assert.deepEqual(under, [20, 20, 20, 20]);
  });

  it("take() lets equals take turns", () => {
    const shares = new Shares<string, string>(1);
    for (const key of ["a", "a", "b", "b", "c", "c"]) shares.offer(key, key);
    const order: string[] = [];
    for (let item = shares.take(); item !== null; item = shares.take()) {
      order.push(item);
      shares.release(item);
    }
    assert.deepEqual(order, ["a", "b", "c", "a", "b", "c"]);
  });

  it("release() of somebody who has nothing under way changes nothing", () => {
    const shares = new Shares<string, string>(1);
    shares.release("stranger");
    shares.offer("a", "a");
    shares.release("a");
    assert.equal(shares.active, 0);
    assert.equal(shares.take(), "a");
    assert.equal(shares.take(), null);
  });
});
