import { writeFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import type { InputOptions } from "rolldown";
import { rolldown } from "rolldown";

/**
 * Writes a TypeScript program of the repository into a folder as plain JavaScript that imports packages by name, as an app
 * does that was compiled there. Answers its path.
 */
export async function plainProgram(source: string, folder: string): Promise<string> {
  const external = (specifier: string): boolean => !specifier.startsWith(".") && !isAbsolute(specifier);
  return write({ input: source, external, platform: "neutral" }, folder, basename(source, ".ts"));
}

/** Puts a plain program and every package it imports into one file beside it, as apps for the edge are deployed. */
export async function singleFile(program: string, folder: string): Promise<string> {
  const resolve = { conditionNames: ["workerd", "browser", "import", "default"] };
  const external = (specifier: string): boolean => specifier.startsWith("node:");
  return write(
    { input: program, external, platform: "neutral", resolve },
    folder,
    `${basename(program, ".js")}.whole`,
  );
}

async function write(options: InputOptions, folder: string, name: string): Promise<string> {
  const bundle = await rolldown({
    ...options,
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(`Cannot bundle ${name}: ${message}`);
    },
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  const path = join(folder, `${name}.js`);
  writeFileSync(path, output[0].code);
  return path;
}
