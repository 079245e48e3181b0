import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";

/** Says when the browser has no network: what is loaded can still be read. */
export function OfflineBar(): ReactNode {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status" className={isOnline ? "unseen" : "offline"}>
      {isOnline ? "" : "No network. What is loaded can be read; nothing can be changed."}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}
