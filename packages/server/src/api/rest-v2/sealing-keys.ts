import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { enveloped, int64, message, timestamp } from "./message.ts";
import { v2Route } from "./route.ts";

/** `GET /sealing/keys`: which keys the stored values are sealed with, the one used last first. Holdfast's own. */
export function sealingKeysV2(app: FastifyInstance, { clock, sealingKeys }: ApiContext): void {
  app.get("/sealing/keys", v2Route("keys.read"), async () => {
    const found = await sealingKeys.read();
    return enveloped(
      clock.now(),
      found.map(({ apps, firstSeenAt, format, keyId, lastSeenAt, valueCount }) =>
        message({
          keyId,
          format,
          valueCount: int64(valueCount),
          firstSeenAt: timestamp(firstSeenAt),
          lastSeenAt: timestamp(lastSeenAt),
          apps,
        }),
      ),
    );
  });
}
