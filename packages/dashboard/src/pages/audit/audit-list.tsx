import type { AuditRowInfo } from "@holdfast/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDeferredValue } from "react";
import { useServices } from "../../data/services.ts";
import { failureOf } from "../../text/failure.ts";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Bones, Empty } from "../../ui/states.tsx";
import { TableBox } from "../../ui/panel.tsx";
import type { AuditFilter } from "./audit-filter.ts";
import { auditQuery, PAGE_SIZE } from "./audit-filter.ts";
import { AuditRow } from "./audit-row.tsx";

/** Entries of a log, newest first, page by page. */
export function AuditList(props: {
  readonly filter: AuditFilter;
  readonly onChoose: (change: AuditFilter) => void;
}): ReactNode {
  const { client } = useServices();
  const { filter, onChoose } = props;
  const actor = useDeferredValue(filter.actor);
  const query = useInfiniteQuery({
    queryKey: ["audit", filter.log ?? null, filter.action ?? null, actor ?? null],
    queryFn: ({ pageParam }) =>
      client.auditRows(filter.log ?? null, auditQuery({ ...filter, actor }, pageParam)),
    // The type wants to know of what later pages begin with, too.
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.seq),
    placeholderData: (before) => before,
  });
  if (query.data === undefined)
    return (
      <div className="panel flush">
        {query.isError ? (
          <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />
        ) : (
          <Bones what="the log" lines={8} />
        )}
      </div>
    );
  const rows = query.data.pages.flat();
  const isFiltered = filter.action !== undefined || filter.actor !== undefined;
  return (
    <div className={`panel flush ${query.isPlaceholderData ? "dim" : ""}`}>
      {query.isError ? (
        <FailureNotice failure={failureOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {rows.length === 0 ? (
        <NoRows isFiltered={isFiltered} onClear={() => onChoose({ action: undefined, actor: undefined })} />
      ) : (
        <Rows rows={rows} open={filter.open} onOpen={(open) => onChoose({ open })} />
      )}
      {query.hasNextPage ? (
        <div className="more">
          <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Older entries
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function Rows(props: {
  readonly rows: readonly AuditRowInfo[];
  readonly open: string | undefined;
  readonly onOpen: (open: string | undefined) => void;
}): ReactNode {
  return (
    <TableBox label="Entries" folds>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">On</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => {
          const isOpen = props.open === String(row.seq);
          return (
            <AuditRow
              key={row.seq}
              row={row}
              isOpen={isOpen}
              onToggle={() => props.onOpen(isOpen ? undefined : String(row.seq))}
            />
          );
        })}
      </tbody>
    </TableBox>
  );
}

function NoRows(props: { readonly isFiltered: boolean; readonly onClear: () => void }): ReactNode {
  if (!props.isFiltered)
    return (
      <Empty icon="scroll" title="Nothing was done yet">
        Signing in, changes of keys, roles and settings, and whatever is refused will stand here.
      </Empty>
    );
  return (
    <Empty
      icon="look"
      title="No entry fits these filters"
      act={<Button onClick={props.onClear}>Show all entries</Button>}
    >
      The filters look for the exact action and the exact id.
    </Empty>
  );
}
