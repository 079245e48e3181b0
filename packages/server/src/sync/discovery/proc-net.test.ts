import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProcNet } from "./proc-net.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41227 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   114        0 20310 1 0000000000000000 100 0 0 10 0
   2: 0100007F:0BB8 0100007F:D3A2 01 00000000:00000000 00:00000000 00000000  1000        0 51000 1 0000000000000000 20 4 30 10 -1
   3: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 18000 1 0000000000000000 100 0 0 10 5
   4: 0A01A8C0:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 60000 1 0000000000000000 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41300 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:1435 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41301 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:1436 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41302 1 0000000000000000 100 0 0 10 0
   3: B80D01200000000067452301EFCDAB89:1437 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41303 1 0000000000000000 100 0 0 10 0
`;

test("parseProcNet() returns listening IPv4 sockets that this machine reaches by its own name", () => {
  assert.deepEqual(parseProcNet(TCP), [
    { port: 3000, inode: "41227", uid: 1000 },
    { port: 5432, inode: "20310", uid: 114 },
    { port: 53, inode: "18000", uid: 101 },
  ]);
});

test("parseProcNet() knows the forms of loopback and any-address in IPv6", () => {
  assert.deepEqual(
    parseProcNet(TCP6).map(({ port }) => port),
    [3001, 5173, 5174],
  );
});

test("parseProcNet() leaves out what does not parse", () => {
  assert.deepEqual(parseProcNet(""), []);
  assert.deepEqual(parseProcNet("   0: 00000000 0A\n\n 1: zz:zz 0 0A 0 0 0 0 0 7"), []);
});
