import { getRouteApi, Link } from "@tanstack/react-router";
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
  const isVerifying = filter.view === "verify" && mayExport;
  return (
    <div>
      <Head
        title="Audit"
        words="What was done, by whom, on whose authority. Each entry hangs on the one before, so that none can be changed unseen."
        acts={mayExport ? <ExportButton log={log} /> : null}
      />
      {mayExport ? <Views view={isVerifying ? "verify" : undefined} /> : null}
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
        {isVerifying ? null : <EntryFilters filter={filter} onChoose={choose} />}
      </div>
      {isVerifying ? (
        <VerifyPanel key={log} log={log} />
      ) : (
        <AuditList key={log} filter={filter} onChoose={choose} />
      )}
    </div>
  );
}

function Views({ view }: { readonly view: "verify" | undefined }): ReactNode {
  return (
    <nav className="tabs" aria-label="Views of the log">
      {([undefined, "verify"] as const).map((each) => (
        <Link
          key={each ?? "entries"}
          to="/audit"
          search={(before) => ({ log: before.log, view: each })}
          className={each === view ? "active" : ""}
          aria-current={each === view ? "page" : undefined}
        >
          {each === undefined ? "Entries" : "Verify"}
        </Link>
      ))}
    </nav>
  );
}

function EntryFilters(props: {
  readonly filter: AuditFilter;
  readonly onChoose: (change: AuditFilter) => void;
}): ReactNode {
  const { filter, onChoose } = props;
  // One that a newer server added is kept while the address names it.
  const actions = [...new Set([...ACTIONS, ...(filter.action === undefined ? [] : [filter.action])])];
  return (
    <>
      <FilterChoice
        label="Action"
        value={filter.action ?? ""}
        options={[
          { value: "", label: "Any action" },
          ...actions.map((value) => ({ value, label: actionWords(value) })),
        ]}
        onChoose={(value) => onChoose({ action: value === "" ? undefined : value })}
      />
      <SearchBox
        label="Id of who acted"
        value={filter.actor ?? ""}
        onType={(text) => onChoose({ actor: text === "" ? undefined : text })}
      />
    </>
  );
}
