import type { Shop, Trust } from "./shop.ts";
import { orderEvent } from "./shop.ts";

type Respond = (request: Request) => Promise<Response>;

/** One of the app's two faces: its client, and its handler for what the server sends. */
export interface Face {
  readonly shop: Shop;
  readonly serve: Respond;
}

/**
 * Answers what the story asks, on every runtime alike: `/<trust>` is the app for the server, `POST /<trust>/order` has the
 * app send the event of the request's body, and `/` says that it is there.
 */
export async function respond(request: Request, faceOf: (trust: Trust) => Face): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, trust, act] = pathname.split("/");
  if (trust === "") return new Response("here");
  if (trust !== "shared" && trust !== "public") return new Response(null, { status: 404 });
  const { shop, serve } = faceOf(trust);
  if (act === undefined) return serve(request);
  const { ids } = await shop.client.send({
    name: orderEvent(shop.client.id),
    data: { secret: await request.text() },
  });
  return Response.json({ ids });
}
