import { after, before, describe } from "node:test";

/** Tells stories at one provider, which runs as long as they last. @param whyNot why it cannot be started here; null: it can */
export function withProvider<Of extends AsyncDisposable>(
  vendor: string,
  whyNot: string | null,
  start: () => Promise<Of>,
  tell: (provider: () => Of) => void,
): void {
  const title = `single sign-on with ${vendor}, in a browser`;
  describe(
    whyNot === null ? title : `${title} (skipped: ${whyNot})`,
    { skip: whyNot !== null, timeout: 400_000 },
    () => {
      const held = new AsyncDisposableStack();
      let running: Of | null = null;
      before(async () => {
        running = held.use(await start());
      });
      after(() => held.disposeAsync());
      tell(() => {
        if (running === null) throw new Error(`${vendor} does not run yet`);
        return running;
      });
    },
  );
}
