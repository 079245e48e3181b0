import type { GrantInfo, PersonDetails } from "@holdfast/client";
import type { ReactNode } from "react";
import { useState } from "react";
import { useAct } from "../../data/act.ts";
import { placeWords, roleLabel } from "../../text/grants.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Form } from "../../ui/form.tsx";
import { GrantFields, NEW_GRANT } from "../../ui/grant-fields.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";

/** What a person may do, grant by grant. */
export function GrantsEditor(props: {
  readonly person: PersonDetails;
  readonly isLast: boolean;
  readonly isReadOnly: boolean;
}): ReactNode {
  const { isLast, isReadOnly, person } = props;
  const [draft, setDraft] = useState<readonly GrantInfo[] | null>(null);
  const save = useAct((client, grants: readonly GrantInfo[]) => client.setGrants(person.id, grants), {
    changes: ["people", "session"],
    said: "Saved",
    onDone: () => setDraft(null),
  });
  if (draft === null)
    return (
      <Panel
        title="What they may do"
        acts={isReadOnly ? null : <Button onClick={() => setDraft(person.grants)}>Change</Button>}
      >
        {person.grants.length === 0 ? (
          <p className="soft">Nothing: they can sign in, and see their own account.</p>
        ) : (
          <ul className="stack tight">
            {person.grants.map(({ environments, payloads, role }, index) => (
              <li key={index} className="row">
                <strong>{roleLabel(role)}</strong>
                <span className="soft">{placeWords(environments)}</span>
                {payloads ? <Badge>Sees payloads</Badge> : null}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    );
  const losesLastOwner =
    isLast && !draft.some((grant) => grant.role === "owner" && grant.environments === null);
  const hasNowhere = draft.some(({ environments }) => environments?.length === 0);
  return (
    <Panel
      title="What they may do"
      words="Several grants add up: each says what is allowed, none what is not."
    >
      <Form onSend={() => save.run(draft)}>
        <FailureNotice failure={save.failure} />
        {draft.map((grant, index) => (
          <fieldset key={index} className="grant stack">
            <legend>Grant {index + 1}</legend>
            <GrantFields grant={grant} onChange={(changed) => setDraft(draft.with(index, changed))} />
            <div>
              <Button
                size="small"
                look="danger"
                onClick={() => setDraft(draft.filter((_, at) => at !== index))}
                aria-label={`Remove grant ${index + 1}`}
              >
                Remove
              </Button>
            </div>
          </fieldset>
        ))}
        <div>
          <Button icon="plus" onClick={() => setDraft([...draft, NEW_GRANT])}>
            Add a grant
          </Button>
        </div>
        {losesLastOwner ? (
          <Notice tone="warn" title="This would leave the installation without an owner" isNews>
            <p>Keep the owner’s grant everywhere, or make somebody else an owner first.</p>
          </Notice>
        ) : null}
        {hasNowhere ? (
          <Notice tone="warn" title="A grant names no environment" isNews>
            <p>Tick at least one, or let it be good everywhere.</p>
          </Notice>
        ) : null}
        <div className="ends row end">
          <Button onClick={() => setDraft(null)}>Cancel</Button>
          {losesLastOwner || hasNowhere ? null : (
            <Button type="submit" look="first" isBusy={save.isBusy}>
              Save
            </Button>
          )}
        </div>
      </Form>
    </Panel>
  );
}
