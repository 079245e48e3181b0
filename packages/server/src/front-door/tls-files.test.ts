import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { certify, createAuthority } from "../egress/testing/certificates.ts";
import { readTlsFiles, tlsStamp } from "./tls-files.ts";

const AUTHORITY = createAuthority("test");

/** Files of a certificate, in a folder of their own. */
function filesOf(t: TestContext, { cert, key } = certify(AUTHORITY, "127.0.0.1")) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = {
    certificate: join(folder, "cert.pem"),
    key: join(folder, "key.pem"),
    clientAuthority: join(folder, "ca.pem"),
  };
  writeFileSync(files.certificate, cert);
  writeFileSync(files.key, key);
  writeFileSync(files.clientAuthority, AUTHORITY.cert);
  return { ...files, cert, own: { certificate: files.certificate, key: files.key } };
}

const refused =
  (words: RegExp) =>
  (error: unknown): boolean =>
    isHoldfastError(error, "config_invalid") && words.test(error.message);

test("readTlsFiles() gives certificate and key, the strict rules, and the authority of clients where one is named", (t) => {
  const { cert, own, ...files } = filesOf(t);
  const read = readTlsFiles(own, 0);
  assert.equal(String(read.cert), cert);
  assert.equal(read.minVersion, "TLSv1.2");
  assert.equal("ca" in read, false);
  assert.equal(String(readTlsFiles(files, 0).ca), AUTHORITY.cert);
});

test("readTlsFiles() refuses what has expired, to the second, and says when", (t) => {
  const { cert, own } = filesOf(t);
  const end = Date.parse(new X509Certificate(cert).validTo);
  readTlsFiles(own, end - 1);
  assert.throws(() => readTlsFiles(own, end), refused(/: the certificate expired on .+\.$/));
});

test("readTlsFiles() refuses what does not belong together, is no PEM, or is not there, and quotes none of it", (t) => {
  const { own, ...files } = filesOf(t);
  const other = certify(AUTHORITY, "127.0.0.1").key;
  for (const key of [other, "no key", ""]) {
    writeFileSync(own.key, key);
    assert.throws(
      () => readTlsFiles(own, 0),
      (error: Error) =>
        refused(/: they do not belong together, or are none\.$/)(error) &&
        (key === "" || !error.message.includes(key)),
    );
  }
  for (const name of ["certificate", "key", "clientAuthority"] as const) {
    const gone = { ...files, [name]: `${files[name]}.gone` };
    assert.throws(
      () => readTlsFiles(gone, 0),
      refused(
        new RegExp(
          `Cannot read .*${name === "clientAuthority" ? "ca" : name.slice(0, 3)}.*\\.gone, which TLS needs`,
        ),
      ),
    );
  }
});

test("tlsStamp() changes with each of the files, and stays as long as they do", (t) => {
  const { own, ...files } = filesOf(t);
  const first = tlsStamp(files);
  assert.equal(tlsStamp(files), first);
  assert.notEqual(tlsStamp(own), first);
  assert.match(tlsStamp(own), /^\S+\/\d+\/\d+ \S+\/\d+\/\d+ -$/);
  const seen = new Set([first]);
  for (const path of Object.values(own).concat(files.clientAuthority)) {
    utimesSync(path, 1000, 1000);
    seen.add(tlsStamp(files));
  }
  assert.equal(seen.size, 4);
  rmSync(own.key);
  assert.match(tlsStamp(own), /^\S+ - -$/, "one that is gone is a change, and no error");
});
