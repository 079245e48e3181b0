import assert from "node:assert/strict";
import { test } from "node:test";
import { listenError } from "./launch.ts";

const failed = (code: string): Error => Object.assign(new Error(code), { code });
const where = { host: "10.0.0.1", port: 80 };

test("listenError() says why nothing can listen", () => {
  assert.match(String(listenError(failed("EADDRINUSE"), where)?.message), /10\.0\.0\.1:80: another process/);
  assert.equal(listenError(failed("EADDRINUSE"), where)?.code, "port_taken");
  for (const code of ["EACCES", "EADDRNOTAVAIL", "ENOTFOUND"])
    assert.equal(listenError(failed(code), where)?.code, "config_invalid");
});

test("listenError() leaves other errors alone", () => {
  assert.equal(listenError(failed("ENOSPC"), where), null);
  assert.equal(listenError("no error", where), null);
});
