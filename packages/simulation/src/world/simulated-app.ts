import type { EgressOutcome, EgressRequest } from "@holdfast/server/rooms";
import type { AppHost } from "../app/app.ts";
import { answerCall } from "../app/app.ts";
import { isCall } from "../app/call.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";
import type { AppSide } from "./network.ts";
import { never } from "./process.ts";

export interface SimulatedApp extends AppSide {
  /** Dies and stays down. Everything it was doing is lost. */
  stop(): void;
  start(): void;
}

/** @param host what the app reaches, but for the calls that die with it */
export function createSimulatedApp(
  functions: readonly FunctionSpec[],
  host: AppHost,
  crashed: () => boolean,
): SimulatedApp {
  let life = 0;
  let isUp = true;
  const listeners = new Set<() => void>();

  /** The host as one life of the app sees it: once that is over, nothing goes on. */
  function hostOf(ownLife: number): AppHost {
    const alive = <Value>(result: Promise<Value>): Promise<Value> =>
      result.then((value) => (life === ownLife ? value : never<Value>()));
    return {
      ...host,
      pass: (durationMs) => alive(host.pass(durationMs)),
      checkpoint: (call, ops) => alive(host.checkpoint(call, ops)),
      send: (name, k) => alive(host.send(name, k)),
    };
  }

  function stop(): void {
    isUp = false;
    life += 1;
    for (const told of listeners) told();
    listeners.clear();
  }

  return {
    receive(request: EgressRequest) {
      if (!isCall(request)) return Promise.resolve(elsewhere(request));
      if (!isUp) return null;
      if (crashed()) {
        stop();
        return null;
      }
      return answerCall(functions, request, hostOf(life));
    },
    onDeath(told) {
      listeners.add(told);
      return () => void listeners.delete(told);
    },
    stop,
    start() {
      isUp = true;
    },
  };
}

/** What is asked of somebody else on an app's behalf is always answered. */
function elsewhere({ url }: EgressRequest): EgressOutcome {
  return { kind: "answered", status: 200, headers: { "content-type": "text/plain" }, body: `at ${url}` };
}
