import { testAdapter } from "./contract/adapter-suite.ts";
import type { AdapterHarness, WireRequest } from "./contract/exchange.ts";
import { ALL_METHODS } from "./contract/exchange.ts";
import type { LambdaEventV1, LambdaEventV2 } from "./lambda.ts";
import { serve } from "./lambda.ts";

function onLambda(
  name: string,
  event: (request: WireRequest) => LambdaEventV1 | LambdaEventV2,
): AdapterHarness {
  return {
    name,
    framework: "aws-lambda",
    methods: ALL_METHODS,
    streams: false,
    isOnSocket: false,
    async serve(_t, options) {
      const respond = serve(options);
      return async (request) => {
        const { statusCode, headers, body } = await respond(event(request));
        return { status: statusCode, headers, body: request.method === "HEAD" ? "" : body };
      };
    },
  };
}

const DOMAIN = "id.lambda-url.eu-central-1.on.aws";

function formatV2({ method, target, headers, body }: WireRequest, isBase64Encoded: boolean): LambdaEventV2 {
  const [rawPath = "", rawQueryString = ""] = target.split("?");
  return {
    rawPath,
    rawQueryString,
    headers,
    body: isBase64Encoded ? Buffer.from(body).toString("base64") : body,
    isBase64Encoded,
    requestContext: { domainName: DOMAIN, http: { method } },
  };
}

testAdapter(onLambda("lambda, format 2.0", (request) => formatV2(request, false)));
testAdapter(onLambda("lambda, format 2.0 in base64", (request) => formatV2(request, true)));
testAdapter(
  onLambda("lambda, format 1.0", ({ method, target, headers, body }) => {
    const url = new URL(target, "https://gateway");
    return {
      httpMethod: method,
      path: url.pathname,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.replace(/^./, (first) => first.toUpperCase()),
          value,
        ]),
      ),
      queryStringParameters: Object.fromEntries(url.searchParams),
      multiValueQueryStringParameters: Object.fromEntries(
        [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
      ),
      body: body === "" ? null : body,
      isBase64Encoded: false,
      requestContext: { domainName: DOMAIN, path: url.pathname },
    };
  }),
);
