import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";
import { useServices } from "../data/services.ts";
import { Icon } from "../ui/icon.tsx";

/** What was done a moment ago. A toast leaves when its drawing has faded; resting on it holds it. */
export function ToastList(): ReactNode {
  const { toasts } = useServices();
  const shown = useSyncExternalStore(toasts.subscribe, toasts.current);
  return (
    <div className="toasts" role="status">
      {shown.map(({ id, words }) => (
        <div key={id} className="toast" onAnimationEnd={() => toasts.dismiss(id)}>
          <span>{words}</span>
          <button type="button" aria-label="Dismiss" onClick={() => toasts.dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
