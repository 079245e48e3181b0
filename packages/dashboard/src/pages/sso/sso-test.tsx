import type { ReactNode } from "react";
import { Notice } from "../../ui/notice.tsx";
import { Door } from "../door/door.tsx";

/** Where a test of an identity provider ends, in its own window. What came of it stands where it was begun. */
export function SsoTestPage(): ReactNode {
  return (
    <Door title="The test is done">
      <Notice tone="good" title="You may close this window.">
        <p>What was checked stands on the page where you began. Your own session was not touched.</p>
      </Notice>
    </Door>
  );
}
