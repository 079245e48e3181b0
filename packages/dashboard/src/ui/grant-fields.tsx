import type { GrantInfo } from "@holdfast/client";
import { ROLES } from "@holdfast/protocol";
import type { ReactNode } from "react";
import { useId } from "react";
import { useEnvironments } from "../data/session.ts";
import { ROLE_WORDS, roleLabel } from "../text/grants.ts";
import { SelectField, Tick } from "./field.tsx";

/** The least that can be given. */
export const NEW_GRANT: GrantInfo = { role: "viewer", environments: null, payloads: false };

/** A role, where it is good, and whether what events carried may be seen. */
export function GrantFields(props: {
  readonly grant: GrantInfo;
  readonly onChange: (grant: GrantInfo) => void;
}): ReactNode {
  const { grant, onChange } = props;
  const known = useEnvironments();
  const name = useId();
  const { environments } = grant;
  // What was granted stays visible, even where it was archived since.
  const names = [...new Set([...known.map((each) => each.name), ...(environments ?? [])])];
  return (
    <>
      <SelectField
        label="Role"
        hint={ROLE_WORDS[grant.role]}
        value={grant.role}
        options={ROLES.map((role) => ({ value: role, label: roleLabel(role) }))}
        onChange={(event) =>
          onChange({ ...grant, role: ROLES.find((role) => role === event.target.value) ?? grant.role })
        }
      />
      <fieldset className="field">
        <legend>Where</legend>
        <label className="tick">
          <input
            type="radio"
            name={name}
            checked={environments === null}
            onChange={() => onChange({ ...grant, environments: null })}
          />
          <span>
            Everywhere
            <span className="hint">Every environment, those to come, and the installation itself</span>
          </span>
        </label>
        <label className="tick">
          <input
            type="radio"
            name={name}
            checked={environments !== null}
            onChange={() => onChange({ ...grant, environments: [] })}
          />
          <span>Only in these environments</span>
        </label>
        {environments === null ? null : (
          <div className="ticks">
            {names.map((each) => (
              <Tick
                key={each}
                label={each}
                checked={environments.includes(each)}
                onChange={(event) =>
                  onChange({
                    ...grant,
                    environments: event.target.checked
                      ? [...environments, each]
                      : environments.filter((other) => other !== each),
                  })
                }
              />
            ))}
          </div>
        )}
      </fieldset>
      <Tick
        label="May see payloads"
        hint="What events and steps carried, where it is not sealed. Looking is logged."
        checked={grant.payloads}
        onChange={(event) => onChange({ ...grant, payloads: event.target.checked })}
      />
    </>
  );
}
