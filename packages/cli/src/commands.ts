import type { Command } from "./command.ts";

/** A command in the table: enough for the list of commands without loading what it needs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of help. Each is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "dev",
    summary: "Run a development server on this machine.",
    load: async () => (await import("./commands/dev.ts")).dev,
  },
  {
    name: "dev clock show",
    summary: "Show what time it is for a development server.",
    load: async () => (await import("./commands/dev-clock-show.ts")).devClockShow,
  },
  {
    name: "dev clock advance",
    summary: "Move a development server's time ahead.",
    load: async () => (await import("./commands/dev-clock-advance.ts")).devClockAdvance,
  },
  {
    name: "start",
    summary: "Run a production server.",
    load: async () => (await import("./commands/start.ts")).start,
  },
  {
    name: "send",
    summary: "Send an event, and say which runs it started.",
    load: async () => (await import("./commands/send.ts")).send,
  },
  {
    name: "runs list",
    summary: "List runs.",
    load: async () => (await import("./commands/runs-list.ts")).runsList,
  },
  {
    name: "runs get",
    summary: "Show a run.",
    load: async () => (await import("./commands/runs-get.ts")).runsGet,
  },
  {
    name: "runs trace",
    summary: "Show what happened in a run, as a timeline.",
    load: async () => (await import("./commands/runs-trace.ts")).runsTrace,
  },
  {
    name: "runs cancel",
    summary: "Cancel a run.",
    load: async () => (await import("./commands/runs-cancel.ts")).runsCancel,
  },
  {
    name: "runs rerun",
    summary: "Run a function again for the events of a run.",
    load: async () => (await import("./commands/runs-rerun.ts")).runsRerun,
  },
  {
    name: "runs stranded",
    summary: "List runs that stand still, and why.",
    load: async () => (await import("./commands/runs-stranded.ts")).runsStranded,
  },
  {
    name: "runs rescue",
    summary: "Wake a run that stands still, or end it.",
    load: async () => (await import("./commands/runs-rescue.ts")).runsRescue,
  },
  {
    name: "functions list",
    summary: "List functions, and which are paused.",
    load: async () => (await import("./commands/functions-list.ts")).functionsList,
  },
  {
    name: "functions pause",
    summary: "Pause a function.",
    load: async () => (await import("./commands/functions-pause.ts")).functionsPause,
  },
  {
    name: "functions resume",
    summary: "Let a paused function go on.",
    load: async () => (await import("./commands/functions-resume.ts")).functionsResume,
  },
  {
    name: "functions invoke",
    summary: "Start one function, whatever its triggers.",
    load: async () => (await import("./commands/functions-invoke.ts")).functionsInvoke,
  },
  {
    name: "signals send",
    summary: "Bring a signal to the run that waits for it.",
    load: async () => (await import("./commands/signals-send.ts")).signalsSend,
  },
  {
    name: "cancellations create",
    summary: "Cancel all runs of a stretch of time.",
    load: async () => (await import("./commands/cancellations-create.ts")).cancellationsCreate,
  },
  {
    name: "cancellations list",
    summary: "List the cancellations in force.",
    load: async () => (await import("./commands/cancellations-list.ts")).cancellationsList,
  },
  {
    name: "cancellations delete",
    summary: "Delete a cancellation.",
    load: async () => (await import("./commands/cancellations-delete.ts")).cancellationsDelete,
  },
  {
    name: "keys sealing list",
    summary: "List the keys that stored data is sealed with.",
    load: async () => (await import("./commands/keys-sealing-list.ts")).keysSealingList,
  },
  {
    name: "env list",
    summary: "List environments and branches.",
    load: async () => (await import("./commands/env-list.ts")).envList,
  },
  {
    name: "env create",
    summary: "Make an environment with keys of its own.",
    load: async () => (await import("./commands/env-create.ts")).envCreate,
  },
  {
    name: "env rename",
    summary: "Give an environment another label.",
    load: async () => (await import("./commands/env-rename.ts")).envRename,
  },
  {
    name: "env archive",
    summary: "Put an environment into the archive.",
    load: async () => (await import("./commands/env-archive.ts")).envArchive,
  },
  {
    name: "env unarchive",
    summary: "Take an environment out of the archive.",
    load: async () => (await import("./commands/env-unarchive.ts")).envUnarchive,
  },
  {
    name: "apps list",
    summary: "List the apps the server knows.",
    load: async () => (await import("./commands/apps-list.ts")).appsList,
  },
  {
    name: "apps approve",
    summary: "Let an app be called at another origin.",
    load: async () => (await import("./commands/apps-approve.ts")).appsApprove,
  },
  {
    name: "apps sync",
    summary: "Have the server ask an app for its functions now.",
    load: async () => (await import("./commands/apps-sync.ts")).appsSync,
  },
  {
    name: "keys signing list",
    summary: "Show signing keys and a rotation.",
    load: async () => (await import("./commands/keys-signing-list.ts")).keysSigningList,
  },
  {
    name: "keys signing rotate",
    summary: "Begin a rotation of signing keys.",
    load: async () => (await import("./commands/keys-signing-rotate.ts")).keysSigningRotate,
  },
  {
    name: "keys signing probe",
    summary: "Ask every app which signing keys it has.",
    load: async () => (await import("./commands/keys-signing-probe.ts")).keysSigningProbe,
  },
  {
    name: "keys signing promote",
    summary: "Let the new signing key sign.",
    load: async () => (await import("./commands/keys-signing-promote.ts")).keysSigningPromote,
  },
  {
    name: "keys signing step-back",
    summary: "Let the earlier signing key sign again.",
    load: async () => (await import("./commands/keys-signing-step-back.ts")).keysSigningStepBack,
  },
  {
    name: "keys signing revoke",
    summary: "End a signing key for ever, once nothing uses it.",
    load: async () => (await import("./commands/keys-signing-revoke.ts")).keysSigningRevoke,
  },
  {
    name: "keys event list",
    summary: "List event keys.",
    load: async () => (await import("./commands/keys-event-list.ts")).keysEventList,
  },
  {
    name: "keys event new",
    summary: "Make an event key.",
    load: async () => (await import("./commands/keys-event-new.ts")).keysEventNew,
  },
  {
    name: "keys event change",
    summary: "Change what an event key may do.",
    load: async () => (await import("./commands/keys-event-change.ts")).keysEventChange,
  },
  {
    name: "keys event revoke",
    summary: "End an event key for ever.",
    load: async () => (await import("./commands/keys-event-revoke.ts")).keysEventRevoke,
  },
  {
    name: "people list",
    summary: "List people, what they may do and how they sign in.",
    load: async () => (await import("./commands/people-list.ts")).peopleList,
  },
  {
    name: "people set-up",
    summary: "Print a link for the first owner.",
    load: async () => (await import("./commands/people-set-up.ts")).peopleSetUp,
  },
  {
    name: "people invite",
    summary: "Make an invitation to hand over.",
    load: async () => (await import("./commands/people-invite.ts")).peopleInvite,
  },
  {
    name: "people reset",
    summary: "Make a link for a new password.",
    load: async () => (await import("./commands/people-reset.ts")).peopleReset,
  },
  {
    name: "people deactivate",
    summary: "Close an account, and end its sessions.",
    load: async () => (await import("./commands/people-deactivate.ts")).peopleDeactivate,
  },
  {
    name: "people break-glass",
    summary: "Exclude an owner from enforced single sign-on.",
    load: async () => (await import("./commands/people-break-glass.ts")).peopleBreakGlass,
  },
  {
    name: "sso list",
    summary: "List connections to identity providers.",
    load: async () => (await import("./commands/sso-list.ts")).ssoList,
  },
  {
    name: "sso disable",
    summary: "Turn a connection off when it locks people out.",
    load: async () => (await import("./commands/sso-disable.ts")).ssoDisable,
  },
  {
    name: "sso trust-domain",
    summary: "Say whose a domain is, where the DNS cannot.",
    load: async () => (await import("./commands/sso-trust-domain.ts")).ssoTrustDomain,
  },
  {
    name: "keys operator list",
    summary: "List the tokens of operators.",
    load: async () => (await import("./commands/keys-operator-list.ts")).keysOperatorList,
  },
  {
    name: "keys operator new",
    summary: "Make an operator token.",
    load: async () => (await import("./commands/keys-operator-new.ts")).keysOperatorNew,
  },
  {
    name: "keys operator revoke",
    summary: "End an operator token for ever.",
    load: async () => (await import("./commands/keys-operator-revoke.ts")).keysOperatorRevoke,
  },
  {
    name: "keys master new",
    summary: "Make a master key, which wraps every secret at rest.",
    load: async () => (await import("./commands/keys-master-new.ts")).keysMasterNew,
  },
  {
    name: "keys master list",
    summary: "Show which master key wraps the data keys.",
    load: async () => (await import("./commands/keys-master-list.ts")).keysMasterList,
  },
  {
    name: "keys master rotate",
    summary: "Wrap every data key with the current master key.",
    load: async () => (await import("./commands/keys-master-rotate.ts")).keysMasterRotate,
  },
  {
    name: "keys data destroy",
    summary: "Destroy a data key, and what it sealed.",
    load: async () => (await import("./commands/keys-data-destroy.ts")).keysDataDestroy,
  },
  {
    name: "retention show",
    summary: "Show how long ended runs and events are kept.",
    load: async () => (await import("./commands/retention-show.ts")).retentionShow,
  },
  {
    name: "retention set",
    summary: "Set for how many days they are kept.",
    load: async () => (await import("./commands/retention-set.ts")).retentionSet,
  },
  {
    name: "retention sweep",
    summary: "Remove what is over now.",
    load: async () => (await import("./commands/retention-sweep.ts")).retentionSweep,
  },
  {
    name: "hold list",
    summary: "List legal holds.",
    load: async () => (await import("./commands/hold-list.ts")).holdList,
  },
  {
    name: "hold place",
    summary: "Keep something, whatever the retention says.",
    load: async () => (await import("./commands/hold-place.ts")).holdPlace,
  },
  {
    name: "hold lift",
    summary: "End a legal hold.",
    load: async () => (await import("./commands/hold-lift.ts")).holdLift,
  },
  {
    name: "erase",
    summary: "Erase everything that is kept of one subject.",
    load: async () => (await import("./commands/erase.ts")).erase,
  },
  {
    name: "egress show",
    summary: "Show where requests may go.",
    load: async () => (await import("./commands/egress-show.ts")).egressShow,
  },
  {
    name: "egress allow",
    summary: "Let requests go to a host that is not public.",
    load: async () => (await import("./commands/egress-allow.ts")).egressAllow,
  },
  {
    name: "egress deny",
    summary: "Take a host off the list again.",
    load: async () => (await import("./commands/egress-deny.ts")).egressDeny,
  },
  {
    name: "egress allow-plain-http",
    summary: "Accept plain http for one private host.",
    load: async () => (await import("./commands/egress-allow-plain-http.ts")).egressAllowPlainHttp,
  },
  {
    name: "egress mode",
    summary: "Set what holds for hosts that are not listed.",
    load: async () => (await import("./commands/egress-mode.ts")).egressMode,
  },
  {
    name: "egress limit",
    summary: "Limit time, size and number of requests.",
    load: async () => (await import("./commands/egress-limit.ts")).egressLimit,
  },
  {
    name: "audit list",
    summary: "List the newest entries of an audit log.",
    load: async () => (await import("./commands/audit-list.ts")).auditList,
  },
  {
    name: "audit export",
    summary: "Write an audit log to a file.",
    load: async () => (await import("./commands/audit-export.ts")).auditExport,
  },
  {
    name: "audit verify",
    summary: "Verify an exported audit log, without any server.",
    load: async () => (await import("./commands/audit-verify.ts")).auditVerify,
  },
  {
    name: "audit sinks list",
    summary: "List where the audit logs go.",
    load: async () => (await import("./commands/audit-sinks-list.ts")).auditSinksList,
  },
  {
    name: "audit sinks add",
    summary: "Send every audit log to a file, syslog or HTTPS.",
    load: async () => (await import("./commands/audit-sinks-add.ts")).auditSinksAdd,
  },
  {
    name: "audit sinks remove",
    summary: "Stop sending audit logs to a sink.",
    load: async () => (await import("./commands/audit-sinks-remove.ts")).auditSinksRemove,
  },
  {
    name: "audit sinks test",
    summary: "Send one line that is no entry to a sink.",
    load: async () => (await import("./commands/audit-sinks-test.ts")).auditSinksTest,
  },
  {
    name: "keys public",
    summary: "Print the public keys by which apps know the server.",
    load: async () => (await import("./commands/keys-public.ts")).keysPublic,
  },
  {
    name: "keys sealing new",
    summary: "Make a key that seals payloads.",
    load: async () => (await import("./commands/keys-sealing-new.ts")).keysSealingNew,
  },
  {
    name: "decrypt",
    summary: "Open the sealed values of a JSON document.",
    load: async () => (await import("./commands/decrypt.ts")).decrypt,
  },
  {
    name: "report access",
    summary: "Report who may do what, where and since when.",
    load: async () => (await import("./commands/report-access.ts")).reportAccess,
  },
  {
    name: "report keys",
    summary: "Report every key, how old it is and where it stands.",
    load: async () => (await import("./commands/report-keys.ts")).reportKeys,
  },
  {
    name: "report changes",
    summary: "Report what was changed, and whether the logs hold.",
    load: async () => (await import("./commands/report-changes.ts")).reportChanges,
  },
  {
    name: "report controls",
    summary: "Report what is there for SOC 2 and ASVS.",
    load: async () => (await import("./commands/report-controls.ts")).reportControls,
  },
  {
    name: "doctor",
    summary: "Look at an installation, and say what is wrong.",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "redteam",
    summary: "Attack a running server of yours from outside.",
    load: async () => (await import("./commands/redteam.ts")).redteam,
  },
  {
    name: "version",
    summary: "Print the version.",
    load: async () => (await import("./commands/version.ts")).version,
  },
];
