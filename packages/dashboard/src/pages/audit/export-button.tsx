import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { downloadBlob } from "../../platform/download.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";

const FORMATS = [
  { value: "jsonl", label: "JSON lines", words: "Can be verified elsewhere: holdfast audit verify" },
  { value: "ocsf", label: "OCSF events", words: "For a SIEM; can be verified too" },
  { value: "csv", label: "CSV", words: "For a spreadsheet; proves nothing" },
] as const;

/** Takes a whole log away. That it was taken is an entry of the log. */
export function ExportButton({ log }: { readonly log: string | null }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const take = useAct(
    async (client, format: (typeof FORMATS)[number]["value"]) => {
      const blob = await new Response(await client.exportAudit(log, format)).blob();
      downloadBlob(`holdfast-audit-${log ?? "installation"}.${format === "csv" ? "csv" : "jsonl"}`, blob);
    },
    { changes: ["audit"], said: "Exported", onDone: () => setOpen(false) },
  );
  return (
    <>
      <Button icon="download" onClick={() => setOpen(true)}>
        Export
      </Button>
      {isOpen ? (
        <Dialog title="Export this log" isNarrow onClose={() => setOpen(false)}>
          <Form
            onSend={(fields) =>
              take.run(FORMATS.find(({ value }) => value === fields.text("format"))?.value ?? "jsonl")
            }
          >
            <FailureNotice failure={take.failure} />
            <fieldset className="field">
              <legend className="unseen">Format</legend>
              {FORMATS.map(({ label, value, words }) => (
                <label key={value} className="tick">
                  <input type="radio" name="format" value={value} defaultChecked={value === "jsonl"} />
                  <span>
                    {label}
                    <span className="hint">{words}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            <p className="small soft">
              The whole log, whatever the filters say. The export is itself an entry.
            </p>
            <div className="ends">
              <Button onClick={() => setOpen(false)}>Cancel</Button>
              <Button type="submit" look="first" isBusy={take.isBusy}>
                Export
              </Button>
            </div>
          </Form>
        </Dialog>
      ) : null}
    </>
  );
}
