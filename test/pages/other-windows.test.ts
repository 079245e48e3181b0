import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";

const visit = visits();

test("no page listens to what other windows say, and a forged message changes nothing", async () => {
  await using visited = await visit("/sso");
  const { page } = visited;
  // Kept outside of what the page can see: a name of its own on the window would be one more thing to explain.
  await page.addInitScript(`{
    const heard = [];
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, ...rest) {
      if (/^(?:message|messageerror|storage)$/.test(type) && !(this instanceof MessagePort)) heard.push(type);
      return add.call(this, type, ...rest);
    };
    globalThis.heardByTest = () => [...heard, ...(window.onmessage === null ? [] : ["onmessage"])];
  }`);
  const heard = () => page.evaluate<readonly string[]>("heardByTest()");
  for (const path of [
    "/sso",
    "/sso/new",
    "/sso/con_1",
    "/sso-test?handle=x",
    "/people",
    "/account",
    "/sign-in",
  ]) {
    await page.goto(new URL(path, page.url()).href);
    await page.getByRole("heading").first().waitFor();
    // Whatever it asks for is there: what changes afterwards came with the message.
    await page.waitForLoadState("networkidle");
    const before = await page.locator("body").innerText();
    await page.evaluate(`(async () => {
      for (const data of ["signed-in", { type: "sso-test", code: "ok", handle: "x" }, { state: "signed_in" }])
        window.dispatchEvent(new MessageEvent("message", { data, origin: "https://evil.example" }));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    })()`);
    assert.equal(await page.locator("body").innerText(), before, path);
    assert.deepEqual(await heard(), [], path);
  }
  await page.evaluate(`window.addEventListener("message", () => {})`);
  assert.deepEqual(await heard(), ["message"], "what listens is seen");
});
