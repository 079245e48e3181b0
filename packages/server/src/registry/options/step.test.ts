import { parseStep } from "./step.ts";
import { testOption } from "./testing/option-table.ts";
import type { Fields } from "./values.ts";

const APP = new URL("https://shop.example/api/inngest");
const url = `${APP.href}?fnId=shop-pay&stepId=step`;
const path = "/api/inngest?fnId=shop-pay";
const step = (fields: Fields): Fields => ({ step: { runtime: { type: "http", url }, ...fields } });

testOption<Fields>("parseStep()", (raw, report) => parseStep(raw, APP, report), {
  accepted: [
    [{ steps: step({}) }, { path, retries: 4 }],
    [{ steps: { other: { runtime: { url } } } }, { path, retries: 4 }],
    [
      { steps: step({}), retries: 2 },
      { path, retries: 2 },
    ],
    [
      { steps: step({ retries: { attempts: 0 } }), retries: 2 },
      { path, retries: 0 },
    ],
    [{ steps: step({ retries: { attempts: 1e9 } }) }, { path, retries: 20 }],
    [{ steps: step({ retries: { attempts: null } }) }, { path, retries: 4 }],
  ],
  refused: [
    [{}, ["config_invalid", /^it must have exactly one step$/]],
    [
      { steps: { ...step({}), more: { runtime: { url } } } },
      ["config_invalid", /^it must have exactly one step$/],
    ],
    [{ steps: { step: 7 } }, ["config_invalid", /^it must have exactly one step$/]],
    [{ steps: step({ runtime: {} }) }, ["config_invalid", /^its URL is not a URL$/]],
    [
      { steps: step({ runtime: { url: "file:///etc/passwd" } }) },
      ["config_invalid", /^its URL must begin with http/],
    ],
    [
      { steps: step({ runtime: { url: "https://evil.example/" } }) },
      [
        "config_invalid",
        /^it wants to be called at https:\/\/evil\.example, but its app is at https:\/\/shop\.example$/,
      ],
    ],
    [{ steps: step({ runtime: { url: "wss://connect" } }) }, ["feature_not_supported", /^it uses Connect/]],
    [
      { steps: step({}), retries: -1 },
      ["config_invalid", /^retries must be a whole number of 0 or more, not -1$/],
    ],
    [{ steps: step({ retries: { attempts: 1.5 } }) }, ["config_invalid", /^retries\.attempts .*, not 1\.5$/]],
  ],
});
