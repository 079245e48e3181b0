/** One listening TCP socket, as Linux tells of it. */
export interface ListeningSocket {
  readonly port: number;
  readonly inode: string;
  readonly uid: number;
}

/** State "listen" in the `st` column. */
const LISTEN = "0A";

/**
 * Reads `/proc/net/tcp` or `/proc/net/tcp6`: the sockets that listen and can be reached from this machine by its own
 * name, which means those bound to loopback or to every address. Lines that do not parse are left out: the kernel's
 * format has only ever grown to the right.
 */
export function parseProcNet(text: string): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    // sl, local address, remote address, st, queues, timer, retransmits, uid, timeout, inode
    const [, local, , state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (state !== LISTEN || local === undefined || uid === undefined || inode === undefined) continue;
    const [address, portHex] = local.split(":");
    if (address === undefined || portHex === undefined || !isReachable(address)) continue;
    const port = Number.parseInt(portHex, 16);
    if (port > 0 && port < 65_536) sockets.push({ port, inode, uid: Number(uid) });
  }
  return sockets;
}

/** Addresses are written in words of the machine's byte order, which is little-endian wherever we run. */
function isReachable(address: string): boolean {
  if (/^0+$/.test(address)) return true;
  // 127.x.y.z, also inside ::ffff:0:0/96; then ::1.
  return /^(?:0{16}FFFF0000)?[0-9A-F]{6}7F$/i.test(address) || /^0{24}01000000$/.test(address);
}
