import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { SDK_KEY, testSdkSignatures } from "./testing/sdk-signatures.ts";

// In a file of its own: both generations of the SDK keep their context under one global name.
const logger = { info() {}, warn() {}, error() {}, debug() {} };
const client = new Inngest({ id: "shop", eventKey: "e", isDev: false, logger });
const charge = client.createFunction({ id: "charge" }, { event: "order/placed" }, () => "done");

testSdkSignatures(
  "v3",
  serve({ client, functions: [charge], signingKey: SDK_KEY, logLevel: "silent" }),
  Date.now,
);
