import { fork } from "node:child_process";
import { Pool } from "undici";
import { systemClock } from "#kernel";
import { createEgress } from "./egress.ts";
const child = fork("/tmp/egress-bench/app.mjs");
const port = await new Promise<number>((r) => child.once("message", (p) => r(p as number)));
const origin = `http://127.0.0.1:${port}`;
const body = JSON.stringify({
  ctx: { attempt: 0, fn_id: "f", run_id: "01JABCDEFGHJKMNPQRSTVWXYZ0", stack: { current: 0, stack: [] } },
  event: { data: { text: "y".repeat(200) }, id: "01JABCDEFGHJKMNPQRSTVWXYZ0", name: "a/b", ts: 1 },
  events: [],
  steps: {},
  use_api: false,
  version: 2,
});
const headers = {
  "content-type": "application/json",
  "x-inngest-signature": "t=1764000000&s=" + "a".repeat(64),
  "x-run-id": "01JABCDEFGHJKMNPQRSTVWXYZ0",
  "x-request-id": "01JABCDEFGHJKMNPQRSTVWXYZ0",
  "x-inngest-generation-id": "1",
  "x-inngest-job-id": "q-1",
  "x-inngest-req-version": "2",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};
const connections = Number(process.env["CONNS"] ?? 128);
const pool = new Pool(origin, {
  connections,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
});
const path = "/api/inngest?fnId=shop-charge&stepId=step";
const raw = (): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let h: unknown;
    pool.dispatch(
      { method: "POST", path, headers, body },
      {
        onRequestStart() {},
        onResponseStart(_c, s, hh) {
          status = s;
          h = hh;
        },
        onResponseData(_c, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          resolve({ status, h, body: Buffer.concat(chunks).toString() });
        },
        onResponseError(_c, e) {
          reject(e);
        },
      },
    );
  });
const egress = createEgress({ clock: systemClock, connectionsPerOrigin: connections });
const ours = (): Promise<unknown> =>
  egress
    .send({
      method: "POST",
      url: origin + path,
      headers,
      body,
      timeoutMs: 7_200_000,
      responseBytesMax: 8 << 20,
    })
    .then((o) => {
      if (o.kind !== "answered" || o.status !== 206) throw new Error(JSON.stringify(o));
    });
const abort = new AbortController();
const oursSignal = (): Promise<unknown> =>
  egress.send({
    method: "POST",
    url: origin + path,
    headers,
    body,
    timeoutMs: 7_200_000,
    responseBytesMax: 8 << 20,
    signal: abort.signal,
  });
async function run(fn: () => Promise<unknown>, inFlight: number, ms: number): Promise<[number, number]> {
  const end = performance.now() + ms;
  let n = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < end) {
        await fn();
        n++;
      }
    }),
  );
  const used = process.cpuUsage(cpu);
  return [n / ((performance.now() - start) / 1000), (used.user + used.system) / n];
}
for (const inFlight of [1, 64, 256]) {
  const cases: [string, () => Promise<unknown>][] = [
    ["raw", raw],
    ["ours", ours],
    ["ours+signal", oursSignal],
  ];
  const rates: Record<string, [number, number][]> = {};
  for (const [name, fn] of cases) {
    await run(fn, inFlight, 500);
    rates[name] = [];
  }
  for (let round = 0; round < Number(process.env["ROUNDS"] ?? 5); round++)
    for (const [name, fn] of cases) rates[name]!.push(await run(fn, inFlight, 1000));
  const med = (l: number[]): number => l.toSorted((a, b) => a - b)[l.length >> 1]!;
  const base = med(rates["raw"]!.map((r) => r[0]));
  const baseCpu = med(rates["raw"]!.map((r) => r[1]));
  for (const [name] of cases) {
    const r = med(rates[name]!.map((x) => x[0]));
    const c = med(rates[name]!.map((x) => x[1]));
    console.log(
      inFlight,
      name.padEnd(12),
      r.toFixed(0).padStart(7),
      "req/s",
      ((100 * r) / base).toFixed(1) + "%",
      "cpu µs/req",
      c.toFixed(1),
      ((100 * baseCpu) / c).toFixed(1) + "%",
    );
  }
}
await egress.close();
await pool.close();
child.kill();
