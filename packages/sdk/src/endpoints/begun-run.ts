import type { HoldfastError } from "@holdfast/protocol";
import { HoldfastError as Fault, isHoldfastError } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import { requestFault } from "../client/request-fault.ts";
import type { EndpointRequestData } from "../payloads/endpoint-request.ts";
import { ENDPOINT_EVENT } from "../payloads/endpoint-request.ts";

/** What a caller may read of his run, by tokens that are good for nothing else. */
export interface RunTokens {
  /** For the outcome. Empty from a server that gives none. */
  readonly output: string;
  /** For the stream. */
  readonly stream: string;
}

/** The names under which the server keeps a run. */
interface Begun {
  readonly functionId: string;
  readonly appId: string;
  readonly tokens: RunTokens;
}

const UNTOLD: Begun = { functionId: "", appId: "", tokens: { output: "", stream: "" } };

/**
 * A run that its app began by itself, to answer a request (wire-protocol 16.2). The server is told of it before the first
 * step runs, so that a run whose app dies goes on.
 */
export class BegunRun {
  readonly #client: Pick<ClientState, "api" | "world">;
  readonly #runId: string;
  readonly #request: EndpointRequestData;
  readonly #retries: number;
  #beginning: Promise<Begun> | null = null;
  #fault: HoldfastError | null = null;
  #isStale = false;

  constructor(
    client: Pick<ClientState, "api" | "world">,
    run: { readonly runId: string; readonly request: EndpointRequestData; readonly retries: number },
  ) {
    this.#client = client;
    this.#runId = run.runId;
    this.#request = run.request;
    this.#retries = run.retries;
  }

  /** Why the server does not know of the run; null as long as it may. */
  get fault(): HoldfastError | null {
    return this.#fault;
  }

  /** Whether the server goes on with the run by itself, so that nothing of this request counts any more. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /**
   * Tells the server of the run, once.
   *
   * @throws HoldfastError what `fault` then is: `server_unreachable`, `forbidden`, `unauthenticated`, `request_failed`.
   */
  async begin(): Promise<RunTokens> {
    this.#beginning ??= this.#begin();
    return (await this.#beginning).tokens;
  }

  /**
   * Reports ops, as the JSON text of a list.
   *
   * @returns whether the server has them
   * @throws HoldfastError `checkpoint_stale` when the server goes on by itself; what `begin` throws.
   */
  async save(steps: string): Promise<boolean> {
    this.#beginning ??= this.#begin();
    const { appId, functionId } = await this.#beginning;
    const { api, world } = this.#client;
    const head = JSON.stringify({
      fn_id: functionId,
      app_id: appId,
      run_id: this.#runId,
      ts: world.now(),
    });
    const path = `/v1/checkpoint/${this.#runId}/steps`;
    try {
      // The ops are text already: they are put in as they are.
      const body = `${head.slice(0, -1)},"steps":${steps}}`;
      const { status } = await api.request({ method: "POST", path, body, isRepeatable: true });
      if (status !== 409) return status >= 200 && status < 300;
    } catch (error) {
      if (isHoldfastError(error, "server_unreachable")) return false;
      throw error;
    }
    this.#isStale = true;
    throw new Fault("checkpoint_stale", "The server goes on with this run by itself since.");
  }

  async #begin(): Promise<Begun> {
    try {
      return await this.#told();
    } catch (error) {
      this.#fault = isHoldfastError(error)
        ? error
        : new Fault("internal_error", "The run could not be begun.", { cause: error });
      throw this.#fault;
    }
  }

  async #told(): Promise<Begun> {
    const { api, world } = this.#client;
    const answer = await api.request({
      method: "POST",
      path: "/v1/checkpoint",
      body: JSON.stringify({
        run_id: this.#runId,
        event: { name: ENDPOINT_EVENT, data: this.#request },
        ts: world.now(),
        request_version: 2,
        retries: this.#retries,
      }),
      isRepeatable: true,
    });
    // Known from an attempt of ours whose answer was lost, and the tokens with it: nobody else has the run's id.
    if (answer.status === 409 && fieldsOf(answer.body)["error"] === "Run already exists") return UNTOLD;
    if (answer.status < 200 || answer.status > 299)
      throw requestFault("begin the run of an endpoint", answer);
    const data = fieldsOf(fieldsOf(answer.body)["data"]);
    const [functionId, appId] = [textOf(data["fn_id"]), textOf(data["app_id"])];
    if (functionId === "" || appId === "") {
      throw new Fault(
        "request_failed",
        "Cannot begin the run of an endpoint: the server did not say what it is.",
      );
    }
    return {
      functionId,
      appId,
      tokens: { output: textOf(data["token"]), stream: textOf(data["realtime_token"]) },
    };
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
