/** What a call tells the app about a run. Texts are JSON already, canonical, and are spliced in as they are. */
export interface CallState {
  readonly runId: string;
  readonly slug: string;
  readonly event: string;
  /** Step ids in the order they finished. */
  readonly stack: readonly string[];
  /** Memo of each finished step. */
  readonly memos: ReadonlyMap<string, string>;
  readonly version: number;
}

/** The body of wire protocol 5.2, canonical by construction: keys are written in order, nothing is parsed again. */
export function callBody(state: CallState): string {
  const { runId, slug, event, stack, memos, version } = state;
  let stackText = "";
  for (const id of stack) stackText += stackText === "" ? `"${id}"` : `,"${id}"`;
  let stepsText = "";
  for (const id of stack.toSorted()) stepsText += `${stepsText === "" ? "" : ","}"${id}":${memos.get(id)}`;
  return (
    `{"ctx":{"attempt":0,"disable_immediate_execution":false,"env":"","fn_id":"${slug}","generation_id":1,` +
    `"max_attempts":5,"qi_id":"${runId}","request_id":"${runId}","run_id":"${runId}",` +
    `"stack":{"current":${stack.length},"stack":[${stackText}]},"step_id":"step","use_api":false},` +
    `"event":${event},"events":[${event}],"steps":{${stepsText}},"use_api":false,"version":${version}}`
  );
}
