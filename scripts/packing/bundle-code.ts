import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Puts the code that entries share into few files, without spaces and with short names: an app loads it at every start,
 * and edge platforms count its bytes. Names of classes stay, by which errors are known.
 *
 * @param dist folder of the compiled code, which is replaced.
 * @param entries paths in it, of the files that users import; they keep their places.
 */
export async function bundleCode(dist: string, entries: readonly string[]): Promise<void> {
  const bundle = await rolldown({
    // A path without its ending names the file to write.
    input: Object.fromEntries(entries.map((path) => [path.replace(/\.js$/, ""), join(dist, path)])),
    external: (specifier) => !specifier.startsWith(".") && !isAbsolute(specifier),
    platform: "neutral",
    // Loading a file of ours does nothing, as `sideEffects` in the manifests says.
    treeshake: { moduleSideEffects: false },
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(`Cannot bundle ${dist}: ${message}`);
    },
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared/[name].js",
    comments: false,
    minify: {
      compress: { keepNames: { function: false, class: true } },
      mangle: { toplevel: true, keepNames: { function: false, class: true } },
      codegen: { removeWhitespace: true },
    },
  });
  await bundle.close();
  const code = output.map((file) => {
    if (file.type !== "chunk") throw new Error(`Cannot bundle ${dist}: ${file.fileName} is no code.`);
    return { path: join(dist, file.fileName), text: file.code };
  });
  for (const path of globSync("**/*.js", { cwd: dist })) rmSync(join(dist, path));
  for (const { path, text } of code) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
