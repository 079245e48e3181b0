import type { AttributeNames, ConnectionChange, GroupGrant, SsoConnection } from "@holdfast/client";
import type { Role } from "@holdfast/protocol";
import { ROLES } from "@holdfast/protocol";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../../data/act.ts";
import { roleLabel } from "../../../text/grants.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, TextField, Tick } from "../../../ui/field.tsx";
import { Form } from "../../../ui/form.tsx";
import { GrantFields, NEW_GRANT } from "../../../ui/grant-fields.tsx";
import { FailureNotice, Notice } from "../../../ui/notice.tsx";
import { Panel } from "../../../ui/panel.tsx";
import type { Provider } from "../providers.ts";
import { MapPreviewPanel } from "./map-preview.tsx";

/** Which attributes say what, and which groups may do what. Nothing is given that is not named here. */
export function MapStep(props: {
  readonly connection: SsoConnection;
  readonly provider: Provider;
  readonly onDone: () => void;
}): ReactNode {
  const { connection, provider } = props;
  const said = connection.kind === "saml" ? connection.attributes : connection.claims;
  const usual: AttributeNames =
    connection.kind === "saml" ? provider.attributes : { email: "email", name: "name", groups: "groups" };
  const [groups, setGroups] = useState<readonly GroupGrant[]>(connection.groups);
  const [defaultRole, setDefaultRole] = useState<Role | null>(connection.default_role);
  const [next, setNext] = useState(false);
  const save = useAct(
    (client, change: ConnectionChange) => client.changeSsoConnection(connection.id, change),
    {
      changes: ["sso"],
      said: "Saved",
      onDone() {
        if (next) props.onDone();
      },
    },
  );
  const word = connection.kind === "saml" ? "Attribute" : "Claim";
  return (
    <div className="stack loose">
      <Panel title="Map" words={provider.groupsHint}>
        <Form
          onSend={(fields) => {
            const names = {
              email: fields.text("email") || null,
              name: fields.text("name") || null,
              groups: fields.text("groups") || null,
            };
            save.run({
              ...(connection.kind === "saml" ? { attributes: names } : { claims: names }),
              groups,
              default_role: defaultRole,
              role_ceiling: ROLES.find((role) => role === fields.text("ceiling")) ?? connection.role_ceiling,
              jit: fields.isOn("jit"),
            });
          }}
        >
          <FailureNotice failure={save.failure} />
          <div className="stack">
            <TextField
              name="email"
              label={`${word} of the e-mail address`}
              defaultValue={said.email ?? usual.email ?? ""}
              spellCheck={false}
              className="code"
              required
            />
            <TextField
              name="name"
              label={`${word} of the name`}
              defaultValue={said.name ?? usual.name ?? ""}
              spellCheck={false}
              className="code"
            />
            <TextField
              name="groups"
              label={`${word} of the groups`}
              defaultValue={said.groups ?? usual.groups ?? ""}
              spellCheck={false}
              className="code"
            />
          </div>
          <hr />
          <h3>Groups</h3>
          {groups.length === 0 ? (
            <p className="soft">
              No group is mapped yet. People whom no group lets in are refused, with a page that says why.
            </p>
          ) : null}
          {groups.map((group, index) => (
            <fieldset key={index} className="grant stack">
              <legend>Group {index + 1}</legend>
              <TextField
                label="Name of the group"
                hint="Exactly as the provider sends it."
                value={group.group}
                onChange={(event) => setGroups(groups.with(index, { ...group, group: event.target.value }))}
                spellCheck={false}
                required
              />
              <GrantFields
                grant={group}
                onChange={(grant) => setGroups(groups.with(index, { ...grant, group: group.group }))}
              />
              <div>
                <Button
                  size="small"
                  look="danger"
                  aria-label={`Remove group ${index + 1}`}
                  onClick={() => setGroups(groups.filter((_, at) => at !== index))}
                >
                  Remove
                </Button>
              </div>
            </fieldset>
          ))}
          <div>
            <Button icon="plus" onClick={() => setGroups([...groups, { ...NEW_GRANT, group: "" }])}>
              Add a group
            </Button>
          </div>
          <hr />
          <div className="grid two">
            <SelectField
              label="Whoever is in no mapped group"
              value={defaultRole ?? ""}
              options={[
                { value: "", label: "Is refused" },
                ...ROLES.filter((role) => role !== "owner").map((role) => ({
                  value: role,
                  label: `Becomes ${roleLabel(role)}`,
                })),
              ]}
              onChange={(event) => setDefaultRole(ROLES.find((role) => role === event.target.value) ?? null)}
            />
            <SelectField
              name="ceiling"
              label="Nobody gets more than"
              hint="Whatever the provider says."
              defaultValue={connection.role_ceiling}
              options={ROLES.map((role) => ({ value: role, label: roleLabel(role) }))}
            />
          </div>
          {defaultRole === null ? null : (
            <Notice tone="warn" title="Everybody in the directory will be let in">
              <p>Whoever can sign in at {connection.name} gets this role here.</p>
            </Notice>
          )}
          <Tick
            name="jit"
            label="Make people when they first sign in"
            hint="Otherwise only those who were invited, or sent by the directory, are let in."
            defaultChecked={connection.jit}
          />
          <div className="row end">
            <Button type="submit" isBusy={save.isBusy && !next} onClick={() => setNext(false)}>
              Save
            </Button>
            <Button type="submit" look="first" isBusy={save.isBusy && next} onClick={() => setNext(true)}>
              Save and go on
            </Button>
          </div>
        </Form>
      </Panel>
      <MapPreviewPanel connection={connection} names={said} usual={usual} />
    </div>
  );
}
