import type { SessionInfo } from "@holdfast/client";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { safePath } from "../../access/way-in.ts";
import { sessionQuery } from "../../data/queries.ts";
import { useServices } from "../../data/services.ts";
import { Loaded } from "../../ui/states.tsx";
import { Redirect } from "../../ui/redirect.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Door } from "./door.tsx";
import { ChoiceStep } from "./choice-step.tsx";
import type { SignInStep } from "./email-step.tsx";
import { EmailStep } from "./email-step.tsx";
import { EmergencyStep } from "./emergency-step.tsx";
import { LinkStep } from "./link-step.tsx";
import { PasswordStep } from "./password-step.tsx";
import { SecondFactorStep } from "./second-factor-step.tsx";

const route = getRouteApi("/sign-in");

/** Signing in: the address first, then what applies to it. */
export function SignInPage(): ReactNode {
  const { client, queries } = useServices();
  const { e, ref, to } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(sessionQuery(client));
  const [step, setStep] = useState<SignInStep>({ kind: "email" });
  /** The session says what comes next: a second factor, or that one is in. */
  const goOn = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["session"] });
  };
  const startOver = async (): Promise<void> => {
    await client.signOut().catch(() => null);
    setStep({ kind: "email" });
    await goOn();
    await navigate({ to: "/sign-in", search: to === undefined ? {} : { to } });
  };
  return (
    <Loaded query={query} what="the sign-in page">
      {(session) => {
        if (session.state === "setup_required") return <Redirect to={{ to: "/set-up" }} />;
        // A test, or a proof for an act: the session is as it was, and what was refused is said all the same.
        if (session.state === "signed_in" && e === "sso")
          return (
            <Door title="Still signed in">
              <Refused reference={ref} />
              <Link to="/" className="button">
                Go to the start
              </Link>
            </Door>
          );
        if (session.state === "signed_in") return <Redirect to={{ href: safePath(to) }} />;
        if (session.state === "second_factor")
          return (
            <Door title="One more step" words="Show that it is you by a second way.">
              <SecondFactorStep
                ways={session.second_factors ?? ["totp", "recovery_code"]}
                onDone={() => void goOn()}
                onBack={() => void startOver()}
              />
            </Door>
          );
        if (session.link !== undefined && e === "link")
          return (
            <Door
              title="Is this your account?"
              words="Your identity provider named an account that has a password here."
            >
              <LinkStep onDone={() => void goOn()} onBack={() => void startOver()} />
            </Door>
          );
        return (
          <Door title={`Sign in to ${session.instance.name}`}>
            {e === "sso" ? <Refused reference={ref} /> : null}
            <Step step={step} methods={session.methods} to={to} onStep={setStep} onDone={() => void goOn()} />
          </Door>
        );
      }}
    </Loaded>
  );
}

function Step(props: {
  readonly step: SignInStep;
  readonly methods: SessionInfo["methods"];
  readonly to: string | undefined;
  readonly onStep: (step: SignInStep) => void;
  readonly onDone: () => void;
}): ReactNode {
  const { onDone, onStep, step } = props;
  const back = (): void => onStep({ kind: "email" });
  switch (step.kind) {
    case "email":
      return <EmailStep methods={props.methods} to={props.to} onStep={onStep} onDone={onDone} />;
    case "password":
      return <PasswordStep email={step.email} onDone={onDone} onBack={back} />;
    case "choice":
      return (
        <ChoiceStep
          email={step.email}
          url={step.url}
          onPassword={() => onStep({ kind: "password", email: step.email })}
          onBack={back}
        />
      );
    case "emergency":
      return <EmergencyStep onDone={onDone} onBack={back} />;
  }
}

function Refused({ reference }: { readonly reference: string | undefined }): ReactNode {
  return (
    <Notice tone="bad" title="Your identity provider’s answer was not accepted." isNews>
      <p>Try again. If it stays, give whoever looks after this server the reference: it finds the reason.</p>
      {reference === undefined ? null : (
        <p>
          Reference <code>{reference}</code>
        </p>
      )}
    </Notice>
  );
}
