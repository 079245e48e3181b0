/**
 * Stops at once, in words, where Node is too old to run this repository. Plain JavaScript, so that any Node can read it.
 * Imported for its effect by the scripts that a newcomer runs first.
 */
const majorMin = 24;
const major = Number(process.versions.node.split(".")[0]);

if (major < majorMin) {
  console.error(
    [
      `Cannot run on Node ${process.versions.node}: this repository needs Node ${majorMin}.`,
      "  npm scripts use the Node that `npm ci` installs on Linux (node_modules/.bin/node). If you ran a script with a bare",
      "  `node`, run it through npm: `npm start`, `npm test`. If that Node is missing, install again without --omit=optional:",
      "  `npm ci`. On other systems install the version in .node-version yourself, and run npm with it.",
    ].join("\n"),
  );
  process.exit(1);
}
