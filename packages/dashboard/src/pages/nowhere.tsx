import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Door } from "./door/door.tsx";

export function NowherePage(): ReactNode {
  return (
    <Door title="There is no such page" words="The address was mistyped, or what it named is gone.">
      <Link to="/" className="button">
        Go to the start
      </Link>
    </Door>
  );
}
