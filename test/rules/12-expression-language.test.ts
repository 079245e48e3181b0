import { describe, it } from "node:test";
import { assertStarted } from "../kit/matching.ts";
import { sharedStage } from "../kit/stage.ts";

describe("expression language", { timeout: 60_000, concurrency: 4 }, () => {
  const stage = sharedStage();

  it("12.2 the functions and macros of CEL's standard library are there", async () => {
    await assertStarted(
      stage,
      {
        name: "standard/library",
        data: {
          word: "hello",
          tags: ["new", "vip"],
          items: [{ count: 1 }, { count: 2 }],
          at: "2026-01-31T12:00:00Z",
        },
      },
      [
        "has(event.data.word) && !has(event.data.missing)",
        "event.data.tags.all(tag, size(tag) == 3)",
        "event.data.tags.exists(tag, tag == 'vip')",
        "event.data.items.exists_one(item, item.count == 2)",
        "event.data.items.map(item, item.count * 10) == [10, 20]",
        "event.data.items.filter(item, item.count > 1).size() == 1",
        "event.data.word.contains('ell') && event.data.word.startsWith('he') && event.data.word.endsWith('lo')",
        "event.data.word.matches('^h.*o$')",
        "int('7') == 7 && double('1.5') == 1.5 && uint(3) == 3u && string(7) == '7' && bool('true')",
        "timestamp(event.data.at).getFullYear() == 2026 && timestamp(event.data.at).getMonth() == 0",
        "timestamp(event.data.at) + duration('1h') > timestamp(event.data.at)",
        "type(event.data.word) == string",
        "'vip' in event.data.tags && {'a': 1}['a'] == 1",
      ],
      ["event.data.tags.all(tag, tag == 'vip')", "event.data.word.matches('^o')"],
    );
  });

  it("12.2 lowercase() and uppercase() change the case of a text", async () => {
    await assertStarted(
      stage,
      { name: "functions/case", data: { email: "Ada@Example.com" } },
      [
        "lowercase(event.data.email) == 'ada@example.com'",
        "uppercase(event.data.email) == 'ADA@EXAMPLE.COM'",
      ],
      ["lowercase(event.data.email) == event.data.email"],
    );
  });

  it("12.2 b64decode() reads base64, and json_parse() JSON", async () => {
    await assertStarted(
      stage,
      { name: "functions/decode", data: { code: "aGVsbG8=", json: '{"deep":{"list":[1,2]}}' } },
      [
        "b64decode(event.data.code) == 'hello'",
        "json_parse(event.data.json).deep.list[1] == 2",
        `json_parse(b64decode('eyJhIjoxfQ==')).a == 1`,
      ],
      ["json_parse(event.data.code) == 'hello'", "b64decode('?') == ''"],
    );
  });

  it("12.2 date() takes a text or a number", async () => {
    await assertStarted(
      stage,
      { name: "functions/date", data: { at: "2026-01-31T12:00:00Z", ms: 1_764_158_400_000 } },
      [
        "date(event.data.at) == timestamp('2026-01-31T12:00:00Z')",
        "date(event.data.ms) == timestamp('2025-11-26T12:00:00Z')",
        "date(event.data.at) > date(event.data.ms)",
      ],
      ["date('yesterday') < now()"],
    );
  });

  it("12.2 now(), now_plus() and now_minus() are about the time at which they are evaluated", async () => {
    await assertStarted(
      stage,
      { name: "functions/now", ts: Date.now() },
      [
        "now_minus('10m') < date(event.ts) && date(event.ts) < now_plus('10m')",
        "now_plus('1h') - now_minus('1h') > duration('110m')",
        "now() > timestamp('2026-01-01T00:00:00Z')",
      ],
      ["now() > now_plus('1m')"],
    );
  });

  const LOOSE = {
    word: "hello",
    empty: "",
    id: 7,
    half: 1.5,
    zero: 0,
    yes: true,
    no: false,
    nothing: null,
    tags: ["new"],
  };

  it("12.3 a field that is missing anywhere in a path is null, and no error", async () => {
    await assertStarted(stage, { name: "loose/missing", data: LOOSE }, [
      "event.data.missing == null",
      "event.data.missing.more.and['more'] == null",
      "event.data.id.of.a.number == null",
      "event.data.tags[9] == null",
      "event.nowhere == null",
    ]);
  });

  it("12.3 null equals null, and nothing else", async () => {
    await assertStarted(
      stage,
      { name: "loose/null", data: LOOSE },
      [
        "null == null",
        "event.data.nothing == event.data.missing",
        "event.data.missing != event.data.zero",
        "event.data.missing != event.data.empty",
        "event.data.missing != event.data.no",
        "null != event.data.id",
      ],
      ["event.data.missing == 0", "event.data.missing == ''", "null == false", "null != null"],
    );
  });

  it("12.3 null is ordered like the zero value of the other type", async () => {
    await assertStarted(
      stage,
      { name: "loose/order", data: LOOSE },
      [
        "event.data.missing < event.data.id",
        "event.data.missing > -1",
        "event.data.missing < event.data.word",
        "event.data.missing <= ''",
        "event.data.missing >= 0.0 && event.data.missing <= 0.0",
        "event.data.missing < true",
      ],
      ["event.data.missing > 0", "event.data.missing < ''"],
    );
  });

  it("12.3 the size of null is 0", async () => {
    await assertStarted(
      stage,
      { name: "loose/size", data: LOOSE },
      ["size(event.data.missing) == 0", "size(null) == 0", "size(event.data.tags) == 1"],
      ["size(event.data.missing) > 0"],
    );
  });

  it("12.3 + joins values of different types", async () => {
    await assertStarted(stage, { name: "loose/plus", data: LOOSE }, [
      "'order-' + event.data.id == 'order-7'",
      "event.data.id + '' == '7'",
      "event.data.half + event.data.word == '1.5hello'",
      "event.data.word + event.data.yes == 'hellotrue'",
    ]);
  });

  it("12.3 integers, unsigned integers and floats compare with one another", async () => {
    await assertStarted(
      stage,
      { name: "loose/numbers", data: LOOSE },
      [
        "event.data.id == 7.0 && event.data.id == 7u && 7u == 7.0",
        "event.data.half > 1 && event.data.half < 2u",
        "-1 < 0u && 2u > 1.5",
        "event.data.id in [7.0]",
      ],
      ["event.data.id == 7.5", "event.data.id == '7'"],
    );
  });

  it("12.3 !, ternary, && and || take truth as JavaScript does", async () => {
    await assertStarted(
      stage,
      { name: "loose/truth", data: LOOSE },
      [
        "!event.data.missing && !event.data.zero && !event.data.empty && !event.data.no",
        "!!event.data.word && !!event.data.tags && !!event.data.half",
        "event.data.word ? true : false",
        "event.data.zero ? false : true",
        "event.data.tags && event.data.yes",
        "event.data.empty || event.data.yes",
      ],
      ["!event.data.word", "event.data.zero && event.data.yes"],
    );
  });

  it("12.3 && and || return the operand that decides, which is no match where it is not the boolean true", async () => {
    await assertStarted(
      stage,
      { name: "loose/operand", data: LOOSE },
      [
        "(event.data.missing || event.data.word) == 'hello'",
        "(event.data.word || event.data.id) == 'hello'",
        "(event.data.word && event.data.id) == 7",
        "(event.data.empty && event.data.word) == ''",
        "event.data.word && event.data.yes",
      ],
      [
        "event.data.missing || event.data.word",
        "event.data.yes && event.data.word",
        "event.data.word || event.data.yes",
      ],
    );
  });

  it("12.3 a result that is not known is false", async () => {
    await assertStarted(
      stage,
      { name: "loose/unknown", data: LOOSE },
      ["event.data.id == 7"],
      ["event.data.id / event.data.zero == 1", "!(event.data.id / event.data.zero)", "event.data.word < 5"],
    );
  });
});
