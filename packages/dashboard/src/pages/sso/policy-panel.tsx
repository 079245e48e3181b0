import type { SignInPolicy } from "@holdfast/client";
import { ROLES } from "@holdfast/protocol";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { peopleQuery, policyQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { listed, roleLabel } from "../../text/grants.ts";
import { counted } from "../../text/times.ts";
import { Button } from "../../ui/button.tsx";
import { AreaField, TextField, Tick } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { lockedOut } from "./locked-out.ts";

/** What is asked of everybody who signs in, and who would be locked out by a change before it is made. */
export function PolicyPanel({ isReadOnly }: { readonly isReadOnly: boolean }): ReactNode {
  const { client } = useServices();
  const query = useQuery(policyQuery(client));
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel
      title="Rules of signing in"
      words="For everybody, whichever way they come."
      acts={isReadOnly || isOpen ? null : <Button onClick={() => setOpen(true)}>Change</Button>}
    >
      <Loaded query={query} what="the rules" lines={3}>
        {(policy) =>
          isOpen ? <PolicyForm policy={policy} onClose={() => setOpen(false)} /> : <Rules policy={policy} />
        }
      </Loaded>
    </Panel>
  );
}

function Rules({ policy }: { readonly policy: SignInPolicy }): ReactNode {
  return (
    <dl className="facts">
      <dt>Second factor</dt>
      <dd>
        {policy.mfa_roles.length === 0 ? "Wanted of nobody" : `Wanted of every ${listed(policy.mfa_roles)}`}
      </dd>
      <dt>Passwords</dt>
      <dd>{policy.password ? "Open the door" : "Open nothing, but for break-glass accounts"}</dd>
      <dt>Words not allowed</dt>
      <dd>
        Common passwords, and what is known of people and this place
        {policy.refused_words.length === 0 ? "" : `; also ${listed(policy.refused_words)}`}
      </dd>
      <dt>Break-glass</dt>
      <dd>
        {policy.break_glass_networks === null
          ? "From any network"
          : `Only from ${listed(policy.break_glass_networks)}`}
      </dd>
      <dt>A session ends</dt>
      <dd>
        {policy.session_idle} after it was last used, and after {policy.session_max} in any case
      </dd>
    </dl>
  );
}

function PolicyForm(props: { readonly policy: SignInPolicy; readonly onClose: () => void }): ReactNode {
  const { client } = useServices();
  const { data: people = [] } = useQuery(peopleQuery(client));
  const [draft, setDraft] = useState(props.policy);
  const save = useAct((ask, policy: SignInPolicy) => ask.setSignInPolicy(policy), {
    changes: ["policy"],
    said: "Saved",
    onDone: props.onClose,
  });
  const out = lockedOut(people, draft);
  return (
    <Form
      onSend={(fields) =>
        save.run({
          ...draft,
          session_idle: fields.text("idle"),
          session_max: fields.text("max"),
          break_glass_networks: networksFrom(fields.text("networks")),
          refused_words: linesOf(fields.text("words")),
        })
      }
    >
      <FailureNotice failure={save.failure} />
      <fieldset className="field">
        <legend>Who needs a second factor</legend>
        <div className="ticks">
          {ROLES.map((role) => (
            <Tick
              key={role}
              label={roleLabel(role)}
              checked={draft.mfa_roles.includes(role)}
              onChange={(event) =>
                setDraft({
                  ...draft,
                  mfa_roles: ROLES.filter((each) =>
                    each === role ? event.target.checked : draft.mfa_roles.includes(each),
                  ),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <Tick
        label="Passwords open the door"
        hint="Without, people sign in by a passkey or at their identity provider."
        checked={draft.password}
        onChange={(event) => setDraft({ ...draft, password: event.target.checked })}
      />
      <div className="grid two">
        <TextField
          name="idle"
          label="A session ends when unused for"
          hint="Such as 30m, 12h"
          defaultValue={draft.session_idle}
          required
        />
        <TextField
          name="max"
          label="and in any case after"
          hint="Such as 24h, 7d"
          defaultValue={draft.session_max}
          required
        />
      </div>
      <AreaField
        name="words"
        label="Words that no new password is made of"
        placeholder="acme"
        hint="Names of the organisation and its products, one a line, four letters and more."
        rows={2}
        defaultValue={draft.refused_words.join("\n")}
      />
      <AreaField
        name="networks"
        label="Break-glass accounts and codes are good only from"
        placeholder="203.0.113.0/24"
        hint="Addresses and ranges, one a line. Empty: from any network."
        rows={2}
        defaultValue={(draft.break_glass_networks ?? []).join("\n")}
      />
      {out.blocked.length > 0 ? (
        <Notice
          tone="warn"
          title={`${counted(out.blocked.length, "person", "people")} would be locked out`}
          isNews
        >
          <p>{listed(out.blocked)} can sign in only by a password.</p>
        </Notice>
      ) : null}
      {out.mustEnrol.length > 0 ? (
        <Notice
          title={`${counted(out.mustEnrol.length, "person has", "people have")} to add a second factor first`}
          isNews
        >
          <p>{listed(out.mustEnrol)} will see nothing but their account until then.</p>
        </Notice>
      ) : null}
      <div className="row end">
        <Button onClick={props.onClose}>Cancel</Button>
        <Button type="submit" look="first" isBusy={save.isBusy}>
          Save
        </Button>
      </div>
    </Form>
  );
}

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function networksFrom(text: string): readonly string[] | null {
  const networks = text.split(/[\s,]+/).filter((part) => part !== "");
  return networks.length === 0 ? null : networks;
}
