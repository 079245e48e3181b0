import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a GET of the URL answers with a status below 300. */
export async function untilAnswers(
  name: string,
  url: string,
  timeoutMs: number,
  lastWords: () => string,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await answers(url)) return;
    if (performance.now() > deadline)
      throw new Error(`${name} did not answer at ${url} within ${timeoutMs} ms.\n${lastWords()}`);
    await sleep(50);
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 1000 }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 300);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
