import { CHILD_ENV, fork, heard, spawn, stop } from "../processes/child.ts";
import { freePort } from "../processes/free-port.ts";
import { untilAnswers } from "../processes/until-answers.ts";
import { installPeer } from "./peer-install.ts";
import type { System } from "./system.ts";

/** Restate as it comes: one node, default settings, the app over HTTP/2, runs through the ingress as request and response. */
export const restate: System = {
  name: "Restate",
  durability: "each step",
  workloads: ["w1", "w2", "w3"],
  async start(folder) {
    const peer = installPeer("restate");
    const [ingress, admin, fabric, appPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const binary = `${peer}/node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
    const argv = [
      "--base-dir",
      folder,
      "--bind-ip",
      "127.0.0.1",
      "--bind-port",
      String(fabric),
      "--listen-mode",
      "tcp",
    ];
    const { child: server, lastWords } = spawn("restate-server", binary, [...argv, "--node-name", "bench"], {
      cwd: folder,
      env: {
        ...CHILD_ENV,
        RESTATE_INGRESS__BIND_PORT: String(ingress),
        RESTATE_ADMIN__BIND_PORT: String(admin),
        RESTATE_DISABLE_TELEMETRY: "true",
        DO_NOT_TRACK: "1",
      },
    });
    const app = fork(
      "Restate app",
      new URL("../peers/restate/app.ts", import.meta.url),
      ["--port", String(appPort)],
      [],
      {
        // Its warnings about open access are no news here, and its log shall cost it nothing.
        RESTATE_LOGGING: "ERROR",
      },
    );
    await heard("Restate app", app, "listening", 20_000);
    await untilAnswers("restate-server", `http://127.0.0.1:${admin}/health`, 60_000, lastWords);
    await untilAnswers("restate-server", `http://127.0.0.1:${ingress}/restate/health`, 60_000, lastWords);
    const registered = await fetch(`http://127.0.0.1:${admin}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${appPort}/` }),
    });
    if (!registered.ok)
      throw new Error(`Restate refused the app: ${registered.status} ${await registered.text()}`);
    return {
      target: {
        kind: "direct",
        origin: `http://127.0.0.1:${ingress}`,
        path: "/bench/:workload",
        body: "input",
      },
      serverPids: [server.pid ?? 0],
      appPids: [app.pid ?? 0],
      async stop() {
        // Its own shutdown takes up to a minute and there is nothing to keep.
        await Promise.all([stop(server, "SIGKILL"), stop(app)]);
      },
    };
  },
};
