import type { Environment, EventKeyToMake } from "@holdfast/client";
import type { ReactNode } from "react";
import { useAct } from "../../data/act.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { AreaField, SelectField, TextField } from "../../ui/field.tsx";
import type { FormFields } from "../../ui/form.tsx";
import { Form } from "../../ui/form.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";

const LIVES = [
  { value: "", label: "Never" },
  { value: "30d", label: "30 days" },
  { value: "90d", label: "90 days" },
  { value: "365d", label: "One year" },
] as const;

/** A key to send events with, and what it is cut down to. Its text is shown once. */
export function NewEventKeyDialog(props: {
  readonly environment: Environment;
  readonly onClose: () => void;
}): ReactNode {
  const { environment, onClose } = props;
  const make = useAct((ask, key: EventKeyToMake) => ask.createEventKey(environment.name, key), {
    changes: ["event-keys"],
  });
  if (make.result !== undefined)
    return (
      <ShownOnce
        title="The new event key"
        label="Event key"
        secret={make.result.secret ?? ""}
        hint="In the sender's INNGEST_EVENT_KEY, or wherever it keeps secrets."
        onClose={onClose}
      />
    );
  return (
    <Dialog title={`New event key of ${environment.label}`} onClose={onClose}>
      <Form onSend={(fields) => make.run(keyFrom(fields))}>
        <FailureNotice failure={make.failure} />
        <TextField
          name="name"
          label="Name"
          hint="Who will send with it."
          autoComplete="off"
          maxLength={60}
          required
          autoFocus
        />
        <SelectField name="expires" label="Ends after" options={LIVES} defaultValue="" />
        <details>
          <summary>Cut it down</summary>
          <div className="stack after-summary">
            <AreaField
              name="allow_names"
              label="Only events of these names"
              placeholder="shop/*"
              hint="One a line; * stands for anything. Empty: any event."
              rows={2}
            />
            <AreaField
              name="allow_addresses"
              label="Only from these networks"
              placeholder="203.0.113.0/24"
              hint="One a line. Empty: from anywhere."
              rows={2}
            />
            <AreaField
              name="allow_origins"
              label="Only in pages of these origins"
              placeholder="https://shop.example"
              hint="One a line. Empty: pages of any origin, and programs."
              rows={2}
            />
            <TextField
              name="events_per_second"
              label="Events a second, at the most"
              inputMode="numeric"
              pattern="[1-9][0-9]{0,5}"
              title="A whole number"
              autoComplete="off"
            />
          </div>
        </details>
        <div className="ends">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="first" isBusy={make.isBusy}>
            Make the key
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** What a form asks for; what was left empty is not restricted. Pure. */
export function keyFrom(fields: Pick<FormFields, "text">): EventKeyToMake {
  const lines = (name: string): readonly string[] =>
    fields
      .text(name)
      .split(/[\s,]+/)
      .filter((part) => part !== "");
  const lists = Object.fromEntries(
    (["allow_names", "allow_addresses", "allow_origins"] as const)
      .map((name) => [name, lines(name)] as const)
      .filter(([, parts]) => parts.length > 0),
  );
  const rate = fields.text("events_per_second");
  const expires = fields.text("expires");
  return {
    name: fields.text("name"),
    ...lists,
    ...(expires === "" ? {} : { expires }),
    ...(rate === "" ? {} : { events_per_second: Number(rate) }),
  };
}
