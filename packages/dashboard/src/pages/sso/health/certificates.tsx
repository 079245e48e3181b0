import type { SamlConnection } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../../data/act.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Button } from "../../../ui/button.tsx";
import { FailureNotice } from "../../../ui/notice.tsx";
import { Panel, TableBox } from "../../../ui/panel.tsx";
import { CertificateEnd } from "./certificate-end.tsx";

const STATES = { active: "Accepted", next: "Waiting", retired: "Retired" } as const;

/** Certificates by which the provider is known: two at once while it changes over. */
export function Certificates(props: {
  readonly connection: SamlConnection;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { connection, isReadOnly } = props;
  const options = { changes: ["sso"], said: "Saved" };
  const activate = useAct(
    (client, sha256: string) => client.activateCertificate(connection.id, sha256),
    options,
  );
  const retire = useAct((client, sha256: string) => client.retireCertificate(connection.id, sha256), options);
  const certificates = connection.identity_provider?.certificates ?? [];
  const activeCount = certificates.filter(({ state }) => state === "active").length;
  return (
    <Panel
      title="Certificates"
      words="Two may be accepted at once, so that the provider can change over without a gap."
      isFlush
    >
      <FailureNotice failure={activate.failure ?? retire.failure} />
      {certificates.length === 0 ? (
        <p className="soft none">None yet: they come with the provider’s metadata.</p>
      ) : (
        <TableBox label="Certificates" folds>
          <thead>
            <tr>
              <th scope="col">Subject</th>
              <th scope="col">State</th>
              <th scope="col">Ends</th>
              <th scope="col" className="acts">
                <span className="unseen">Acts</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {certificates.map((certificate) => (
              <tr key={certificate.sha256} className={certificate.state === "retired" ? "over" : ""}>
                <th scope="row">
                  {certificate.subject}
                  <span className="sub mono">SHA-256 {certificate.sha256.slice(0, 16)}…</span>
                </th>
                <td data-label="State">
                  <Badge tone={certificate.state === "active" ? "good" : "plain"}>
                    {STATES[certificate.state]}
                  </Badge>
                </td>
                <td data-label="Ends">
                  <CertificateEnd
                    at={certificate.not_after}
                    warning={certificate.warning}
                    isOver={certificate.state === "retired"}
                  />
                </td>
                <td className="acts">
                  {isReadOnly || certificate.state === "retired" ? null : certificate.state === "next" ? (
                    <Button
                      size="small"
                      isBusy={activate.isBusy}
                      aria-label={`Accept ${certificate.subject}`}
                      onClick={() => activate.run(certificate.sha256)}
                    >
                      Accept
                    </Button>
                  ) : activeCount > 1 ? (
                    <Button
                      size="small"
                      look="danger"
                      isBusy={retire.isBusy}
                      aria-label={`Retire ${certificate.subject}`}
                      onClick={() => retire.run(certificate.sha256)}
                    >
                      Retire
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Panel>
  );
}
