/**
 * The SDKs read settings from the environment behind their options' back. Loaded before them, this takes away what the
 * shell that runs the tests may have set: an app in a test is what its options say, and nothing else.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith("INNGEST_")) Reflect.deleteProperty(process.env, name);
}
