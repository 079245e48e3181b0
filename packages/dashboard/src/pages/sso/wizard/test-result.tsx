import type { SsoTest } from "@holdfast/client";
import type { ReactNode } from "react";
import { grantWords } from "../../../text/grants.ts";
import { Icon } from "../../../ui/icon.tsx";
import { Notice } from "../../../ui/notice.tsx";

/** What every check of a test said, and who it would have been. */
export function TestResult({ test }: { readonly test: SsoTest }): ReactNode {
  const isPassed = test.state === "passed";
  const grants = test.grants ?? [];
  return (
    <div className="stack">
      <Notice
        tone={isPassed ? "good" : "bad"}
        title={isPassed ? "Every check passed" : "The answer would be refused"}
        isNews
      >
        {test.sentence === undefined ? null : <p>{test.sentence}</p>}
        {test.code === undefined ? null : (
          <p className="small soft">
            Code <code>{test.code}</code>
          </p>
        )}
      </Notice>
      <ul className="checks">
        {test.checks.map(({ detail, name, passed }) => (
          <li key={name} className={passed ? "passed" : "missed"}>
            <Icon name={passed ? "check" : "cross"} />
            <div>
              <strong>{name}</strong> <span className="unseen">{passed ? "passed" : "failed"}</span>
              <p className="small soft breaks">{detail}</p>
            </div>
          </li>
        ))}
      </ul>
      {test.identity === undefined ? null : (
        <dl className="facts">
          <dt>Name ID</dt>
          <dd className="mono">{test.identity.name_id}</dd>
          <dt>E-mail address</dt>
          <dd>{test.identity.email ?? <span className="soft">not sent</span>}</dd>
          <dt>Groups</dt>
          <dd>{test.identity.groups.join(", ") || <span className="soft">none sent</span>}</dd>
          <dt>Becomes</dt>
          <dd>
            {grants.length === 0 ? (
              <span className="soft">nothing: no group of theirs is mapped</span>
            ) : (
              grants.map(grantWords).join("; ")
            )}
          </dd>
        </dl>
      )}
    </div>
  );
}
