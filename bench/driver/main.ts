/** The driver's own process: holds the connections, keeps runs in flight, measures what a client sees. */
import { closedLoop } from "./closed-loop.ts";
import { connectTarget } from "./load-target.ts";
import type { LoadTarget } from "./load-target.ts";
import type { DriverOrder, DriverReport } from "./protocol.ts";

let target: LoadTarget | undefined;

function report(message: DriverReport): void {
  process.send?.(message);
}

async function obey(order: DriverOrder): Promise<void> {
  if (order.kind === "connect") {
    await target?.close();
    target = await connectTarget(order.target, order.connections);
    report({ kind: "connected" });
    return;
  }
  if (target === undefined) throw new Error("No target: connect first.");
  await closedLoop(
    target,
    order.order,
    () => report({ kind: "opened" }),
    (result) => report({ kind: "closed", result }),
  );
  report({ kind: "drained" });
}

process.on("message", (order: DriverOrder) => {
  obey(order).catch((error: unknown) => report({ kind: "failed", message: String(error) }));
});
process.on("disconnect", () => process.exit(0));
report({ kind: "ready" });
