import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEnvironments, useMay } from "../../data/session.ts";
import { FilterChoice, SearchBox } from "../../ui/filter.tsx";
import { Head } from "../../ui/head.tsx";
import type { AuditFilter } from "./audit-filter.ts";
import { ACTIONS, actionWords } from "./audit-filter.ts";
import { AuditList } from "./audit-list.tsx";
import { ExportButton } from "./export-button.tsx";
import { VerifyPanel } from "./verify-panel.tsx";

const route = getRouteApi("/frame/audit");

export function AuditPage(): ReactNode {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const environments = useEnvironments();
  const mayExport = useMay("audit.export");
  const log = filter.log ?? null;
  const choose = (change: AuditFilter): void => {
    void navigate({ search: (before) => ({ ...before, open: undefined, ...change }), replace: true });
  };
  return (
    <div className="stack loose">
      <div>
        <Head
          title="Audit"
          words="What was done, by whom, on whose authority. Each entry hangs on the one before, so that none can be changed unseen."
          acts={mayExport ? <ExportButton log={log} /> : null}
        />
        <div className="filters">
          <FilterChoice
            label="Log"
            value={filter.log ?? ""}
            options={[
              { value: "", label: "This installation" },
              ...environments.map(({ label, name }) => ({ value: name, label })),
            ]}
            onChoose={(value) => choose({ log: value === "" ? undefined : value })}
          />
          <FilterChoice
            label="Action"
            value={filter.action ?? ""}
            options={[
              { value: "", label: "Any action" },
              ...[...new Set([...ACTIONS, ...(filter.action === undefined ? [] : [filter.action])])].map(
                (value) => ({
                  value,
                  label: actionWords(value),
                }),
              ),
            ]}
            onChoose={(value) => choose({ action: value === "" ? undefined : value })}
          />
          <SearchBox
            label="Id of who acted"
            value={filter.actor ?? ""}
            onType={(text) => choose({ actor: text === "" ? undefined : text })}
          />
        </div>
        <AuditList key={log} filter={filter} onChoose={choose} />
      </div>
      {mayExport ? <VerifyPanel key={log} log={log} /> : null}
    </div>
  );
}
