import {
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  retainSearchParams,
} from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Frame } from "./frame/frame.tsx";
import { StepUpDialog } from "./frame/step-up-dialog.tsx";
import { ToastList } from "./frame/toast-list.tsx";
import { AccountPage } from "./pages/account/account.tsx";
import { readAuditFilter } from "./pages/audit/audit-filter.ts";
import { AuditPage } from "./pages/audit/audit.tsx";
import { BrokenPage } from "./pages/broken.tsx";
import { JoinPage } from "./pages/door/join.tsx";
import { ResetPage } from "./pages/door/reset.tsx";
import { SetUpPage } from "./pages/door/set-up.tsx";
import { SignInPage } from "./pages/door/sign-in.tsx";
import { KeysPage } from "./pages/keys/keys.tsx";
import { NowherePage } from "./pages/nowhere.tsx";
import { readPeopleFilter } from "./pages/people/people-filter.ts";
import { PeoplePage } from "./pages/people/people.tsx";
import { PersonPage } from "./pages/person/person.tsx";
import { RolesPage } from "./pages/roles/roles.tsx";
import { ServiceAccountsPage } from "./pages/service-accounts/service-accounts.tsx";
import { ConnectionPage } from "./pages/sso/connection.tsx";
import { SsoTestPage } from "./pages/sso/sso-test.tsx";
import { SsoPage } from "./pages/sso/sso.tsx";
import { StartPage } from "./pages/start.tsx";
import type { Texts } from "./search.ts";
import { parseSearch, readTexts, writeSearch } from "./search.ts";

type Search = Readonly<Record<string, unknown>>;

const root = createRootRoute({
  component: Root,
  notFoundComponent: NowherePage,
  errorComponent: BrokenPage,
});

function Root(): ReactNode {
  return (
    <>
      <Outlet />
      <StepUpDialog />
      <ToastList />
    </>
  );
}

const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  component: Frame,
  validateSearch: (search: Search): Texts<"env"> => readTexts(search, "env"),
  search: { middlewares: [retainSearchParams(["env"])] },
});
// Each stands by itself: nested in one another, their paths would lose their types.
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: SignInPage,
  validateSearch: (search: Search): Texts<"e" | "ref" | "to"> => readTexts(search, "e", "ref", "to"),
});
const setUp = createRoute({ getParentRoute: () => root, path: "/set-up", component: SetUpPage });
const join = createRoute({ getParentRoute: () => root, path: "/join", component: JoinPage });
const resetPassword = createRoute({ getParentRoute: () => root, path: "/reset", component: ResetPage });

const start = createRoute({ getParentRoute: () => frame, path: "/", component: StartPage });
const people = createRoute({
  getParentRoute: () => frame,
  path: "/people",
  component: PeoplePage,
  validateSearch: readPeopleFilter,
});
const person = createRoute({ getParentRoute: () => frame, path: "/people/$id", component: PersonPage });
const roles = createRoute({
  getParentRoute: () => frame,
  path: "/roles",
  component: RolesPage,
  validateSearch: (search: Search): Texts<"person" | "place"> => readTexts(search, "person", "place"),
});

const account = createRoute({ getParentRoute: () => frame, path: "/account", component: AccountPage });
const sso = createRoute({ getParentRoute: () => frame, path: "/sso", component: SsoPage });
const connection = createRoute({
  getParentRoute: () => frame,
  path: "/sso/$id",
  component: ConnectionPage,
  validateSearch: (search: Search): Texts<"step" | "provider"> => readTexts(search, "step", "provider"),
});
const ssoTest = createRoute({ getParentRoute: () => root, path: "/sso-test", component: SsoTestPage });
const serviceAccounts = createRoute({
  getParentRoute: () => frame,
  path: "/service-accounts",
  component: ServiceAccountsPage,
});
const keys = createRoute({
  getParentRoute: () => frame,
  path: "/keys",
  component: KeysPage,
  validateSearch: (search: Search): Texts<"list"> => readTexts(search, "list"),
});
const audit = createRoute({
  getParentRoute: () => frame,
  path: "/audit",
  component: AuditPage,
  validateSearch: readAuditFilter,
});

const tree = root.addChildren([
  signIn,
  setUp,
  join,
  resetPassword,
  ssoTest,
  frame.addChildren([start, people, person, roles, account, sso, connection, serviceAccounts, keys, audit]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: false,
  parseSearch,
  stringifySearch: writeSearch,
  defaultErrorComponent: BrokenPage,
  defaultNotFoundComponent: NowherePage,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
