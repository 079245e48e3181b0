import type { ReactNode } from "react";
import { useState } from "react";
import type { Destination } from "../access/destinations.ts";
import { kept } from "../platform/kept.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Tick } from "../ui/field.tsx";

/** The keys there are. */
export function ShortcutSheet(props: {
  readonly destinations: readonly Destination[];
  readonly onClose: () => void;
}): ReactNode {
  const [areOn, setOn] = useState(kept.read("letters") !== "off");
  const keys = [
    [["?"], "This sheet"],
    [["/"], "Search in a list"],
    [["⌘", "B"], "Fold the sidebar"],
    [["⌘", "⏎"], "Send a form"],
    [["Esc"], "Close"],
    ...props.destinations.map(({ key, label }) => [["g", key], `Go to ${label}`] as const),
  ] as const;
  return (
    <Dialog title="Keyboard" isNarrow onClose={props.onClose}>
      <dl className="keys">
        {keys.map(([presses, words]) => (
          <div key={words} className="key">
            <dt>{words}</dt>
            <dd className="nowrap">
              {presses.map((press) => (
                <kbd key={press}>{press}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="small soft">Where there is no ⌘ it is Ctrl.</p>
      <Tick
        label="Keys that are a single letter"
        hint="Off when they get in the way of other tools. ⌘ keys stay."
        checked={areOn}
        onChange={(event) => {
          setOn(event.target.checked);
          kept.write("letters", event.target.checked ? null : "off");
        }}
      />
    </Dialog>
  );
}
