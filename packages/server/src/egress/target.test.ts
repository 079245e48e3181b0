import assert from "node:assert/strict";
import { test } from "node:test";
import { Targets } from "./target.ts";

test("Targets.read() gives origin, path with query, and what may be shown", () => {
  assert.deepEqual(new Targets().read("HTTP://App.example:80/a b?fnId=x y#top"), {
    origin: "http://app.example",
    path: "/a%20b?fnId=x%20y",
    shown: "http://app.example/a%20b",
    href: "http://app.example/a%20b?fnId=x%20y#top",
  });
});

test("Targets.read() refuses what cannot be called, every time, and quotes only its scheme", () => {
  const targets = new Targets();
  for (const [text, reason] of [
    ["", /not valid/],
    ["secret", /not valid/],
    ["http://", /not valid/],
    ["file:///secret", /^its URL begins with "file:"/],
    ["wss://secret/", /^its URL begins with "wss:"/],
    ["https://secret@app.example/", /holds credentials$/],
    ["https://:secret@app.example/", /holds credentials$/],
  ] as const) {
    for (const read of [targets.read(text), targets.read(text)]) {
      assert.ok(typeof read === "string", text);
      assert.match(read, reason);
      assert.doesNotMatch(read, /secret/);
    }
  }
});

test("Targets.read() reads an address once, and never takes one for another however many there are", () => {
  const targets = new Targets();
  const first = targets.read("http://app.example/?step=0");
  assert.equal(targets.read("http://app.example/?step=0"), first);
  for (let step = 0; step < 5000; step++) {
    const read = targets.read(`http://app.example/?step=${step}`);
    assert.ok(typeof read !== "string" && read.path === `/?step=${step}`);
  }
});

test("Targets remembers the addresses that are called again and again, and begins anew past five hundred and twelve", () => {
  const targets = new Targets();
  const read = (num: number) => targets.read(`https://app.example/${num}`);
  const first = read(0);
  for (let num = 1; num < 512; num += 1) read(num);
  assert.equal(read(0), first, "the same object");
  read(512);
  assert.notEqual(read(0), first);
  const again = read(0);
  assert.equal(read(0), again);
});
