import type { Environment } from "@holdfast/client";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEnvironments } from "../data/session.ts";

/** The environment that the address names; the first one when it names none. Null while they are read. */
export function usePlace(): Environment | null {
  const environments = useEnvironments();
  const { env } = useSearch({ strict: false });
  return (
    environments.find(({ name }) => name === (env ?? "production")) ??
    (env === undefined ? environments[0] : undefined) ??
    null
  );
}

/** Which environment the pages show where they show one. */
export function PlacePicker(): ReactNode {
  const environments = useEnvironments();
  const place = usePlace();
  const navigate = useNavigate();
  if (environments.length === 0) return null;
  const groups = [
    ["Environments", environments.filter(({ kind }) => kind !== "branch")],
    ["Branches", environments.filter(({ kind }) => kind === "branch")],
  ] as const;
  return (
    <div className="place" data-place={place?.kind}>
      <select
        aria-label="Environment"
        value={place?.name ?? ""}
        onChange={(event) => {
          const env = event.target.value;
          void navigate({
            to: ".",
            search: (before) => ({ ...before, env: env === "production" ? undefined : env }),
          });
        }}
      >
        {place === null ? <option value="">Choose…</option> : null}
        {groups.map(([label, list]) =>
          list.length === 0 ? null : (
            <optgroup key={label} label={label}>
              {list.map((each) => (
                <option key={each.name} value={each.name}>
                  {each.label}
                </option>
              ))}
            </optgroup>
          ),
        )}
      </select>
    </div>
  );
}
