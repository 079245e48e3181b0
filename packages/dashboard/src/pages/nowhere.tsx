import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Head } from "../ui/head.tsx";
import { Empty } from "../ui/states.tsx";

export function NowherePage(): ReactNode {
  return (
    <div>
      <Head title="There is no such page" />
      <div className="panel">
        <Empty
          icon="look"
          title="The address leads nowhere"
          act={
            <Link to="/" className="button">
              Go to the start
            </Link>
          }
        >
          It was mistyped, or what it named is gone.
        </Empty>
      </div>
    </div>
  );
}
