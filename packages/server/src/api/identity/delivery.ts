import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { Delivery } from "#identity";

/** What sends the form off. Its digest, and no other script, is in the page's policy. */
const SCRIPT = "document.forms[0].submit()";
const SCRIPT_DIGEST = createHash("sha256").update(SCRIPT).digest("base64");

/** Sends a browser to an identity provider: by a redirect, or by a page whose form posts itself. */
export function deliver(reply: FastifyReply, delivery: Delivery): FastifyReply {
  void reply.header("referrer-policy", "no-referrer");
  if (delivery.binding === "redirect") return reply.code(303).header("location", delivery.url).send();
  const fields = Object.entries(delivery.fields)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join("");
  const { origin } = new URL(delivery.url);
  return reply
    .header("content-type", "text/html; charset=utf-8")
    .header(
      "content-security-policy",
      `default-src 'none'; script-src 'sha256-${SCRIPT_DIGEST}'; form-action ${origin}; frame-ancestors 'none'; base-uri 'none'`,
    )
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing in</title>` +
        `<form method="post" action="${escaped(delivery.url)}">${fields}<button>Continue to your identity provider</button></form>` +
        `<script>${SCRIPT}</script></html>`,
    );
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
