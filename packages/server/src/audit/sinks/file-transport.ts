import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, realpath } from "node:fs/promises";
import { dirname, sep } from "node:path";
import type { SinkTransport } from "./contract.ts";

export interface FileTransportDeps {
  readonly path: string;
  /** Where nothing is written: a log beside the data is cut together with it. */
  readonly dataDir: string;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const NEWLINE = 0x0a;

/**
 * Appends batches to a file and waits until they are on the disk. The file is opened for each batch, so that it may be moved
 * away and is made anew (mode 0600). A line that broke off when the machine failed is ended first, so that it stands alone:
 * it comes again in whole.
 */
export function createFileTransport({ dataDir, path }: FileTransportDeps): SinkTransport {
  return {
    async send({ lines }) {
      let file: FileHandle | null = null;
      try {
        const folder = await realpath(dirname(path));
        const data = await realpath(dataDir);
        if (folder === data || folder.startsWith(data + sep))
          return `Cannot write ${path}: it lies in the data folder.`;
        file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
        const { nlink, size } = await file.stat();
        if (!(await file.stat()).isFile() || nlink !== 1)
          return `Cannot write ${path}: it is no file of its own.`;
        const isNew = size === 0;
        const begin = !isNew && (await isBroken(file, size)) ? "\n" : "";
        await file.appendFile(`${begin}${lines.map(({ text }) => text).join("\n")}\n`);
        await file.datasync();
        if (isNew) await syncFolder(folder);
        return null;
      } catch (error) {
        return `Cannot write ${path}: ${error instanceof Error && "code" in error ? String(error.code) : String(error)}.`;
      } finally {
        await file?.close().catch(() => undefined);
      }
    },
  };
}

async function isBroken(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}

/** A new file is there after a crash only when its folder is on the disk, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
