import type { ServerSettings } from "../settings/server-settings.ts";
import { isLoopback } from "../settings/server-settings.ts";
import type { Resolution } from "../settings/resolve.ts";
import type { Finding } from "./finding.ts";
import { findingsOf } from "./finding.ts";

/** What would be a server's settings, or why there are none. */
export type SettingsFacts =
  | { readonly settings: ServerSettings; readonly resolution: Resolution }
  | { readonly fault: string };

/** A certificate that would be served; null without TLS, a fault when it cannot be. */
export type CertificateFacts =
  | { readonly validTo: number; readonly names: readonly string[] }
  | { readonly fault: string }
  | null;

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 30;
const { failed, ok, warning } = findingsOf("settings");

/** Whether a server would start with these settings, and what they give away. */
export function settingsFindings(
  facts: SettingsFacts,
  certificate: CertificateFacts,
  now: number,
): readonly Finding[] {
  if ("fault" in facts)
    return [failed("invalid", { what: "a server would not start with these settings", why: facts.fault })];
  const { resolution, settings } = facts;
  const { options } = settings;
  const found = [
    ...secretFlags(resolution),
    ...certificateFindings(certificate, options.publicUrl, now),
    options.egress?.mode === "any"
      ? warning("egress_any", {
          what: "requests may go to any address",
          why: "An app's address could lead to machines that nobody else reaches.",
          next: "Set --egress-mode public, and list private hosts with --egress-allow.",
        })
      : null,
    !isLoopback(options.host) && options.tls === undefined && (options.trustedProxies ?? []).length === 0
      ? warning("plain_http", {
          what: `plain http on ${options.host}`,
          why: "Keys and payloads pass the network in clear.",
          next: "Serve https with --tls-cert and --tls-key.",
        })
      : null,
  ].filter((finding) => finding !== null);
  return [ok("valid", { what: "a server would start with these settings" }), ...found];
}

function secretFlags({ settings }: Resolution): readonly Finding[] {
  const flags = ["signing-key", "event-key"].filter((name) => settings.get(name)?.source === "flag");
  return flags.map((name) =>
    warning("secret_flag", {
      what: `--${name} is an argument`,
      why: "Everybody on this machine can read the arguments of a process.",
      next: `Use --${name}-file.`,
    }),
  );
}

function certificateFindings(
  certificate: CertificateFacts,
  publicUrl: string | null,
  now: number,
): readonly Finding[] {
  if (certificate === null) return [];
  if ("fault" in certificate)
    return [failed("certificate", { what: "TLS cannot be served", why: certificate.fault })];
  const days = Math.floor((certificate.validTo - now) / DAY_MS);
  const host = publicUrl === null ? null : new URL(publicUrl).hostname;
  const isNamed = host === null || certificate.names.some((name) => covers(name, host));
  return [
    days < SOON_DAYS
      ? warning("certificate_ends", {
          what: `the certificate ends in ${days} days`,
          next: "Renew it; the server takes the new files up by itself.",
        })
      : ok("certificate", { what: `a certificate that is good for ${days} days` }),
    ...(isNamed
      ? []
      : [
          failed("certificate_name", {
            what: `the certificate is not for ${host}`,
            why: `It names ${certificate.names.join(", ") || "nobody"}.`,
            next: "Get one for the host of the public URL.",
          }),
        ]),
  ];
}

/** A name of a certificate against a host (RFC 9525, 6.3): a star stands for one label. */
function covers(name: string, host: string): boolean {
  if (!name.startsWith("*.")) return name === host;
  return host.endsWith(name.slice(1)) && !host.slice(0, -name.length + 1).includes(".");
}
