import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "./entries.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");

/**
 * Compiles a program that imports every entry, as strictly as there is, and reads every declaration on the way. Answers
 * what the compiler said, or null.
 *
 * @param folder in which the package is installed.
 */
export function declarationFindings(folder: string, entries: readonly Entry[]): string | null {
  const imports = entries.map(
    ({ specifier }, index) => `import * as entry${index} from "${specifier}";\nexport { entry${index} };\n`,
  );
  writeFileSync(join(folder, "consumer.ts"), imports.join(""));
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: "ES2023",
    module: "NodeNext",
    types: ["node"],
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }),
  );
  // The one thing that users of a strict compiler have besides.
  symlinkSync(join(MODULES, "@types"), join(folder, "node_modules/@types"));
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(MODULES, "typescript/bin/tsc"), "-p", folder],
    {
      encoding: "utf8",
    },
  );
  return status === 0 ? null : stdout.trim();
}
