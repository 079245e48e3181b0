import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { SDK_KEY, testSdkSignatures } from "./testing/sdk-signatures.ts";

const logger = { info() {}, warn() {}, error() {}, debug() {} };
const client = new Inngest({ id: "shop", eventKey: "e", isDev: false, signingKey: SDK_KEY, logger });
const charge = client.createFunction({ id: "charge", triggers: [{ event: "order/placed" }] }, () => "done");

testSdkSignatures("v4", serve({ client, functions: [charge] }), Date.now);
