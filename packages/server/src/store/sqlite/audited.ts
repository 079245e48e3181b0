import type { AuditDraft } from "../administration.ts";
import { encodeDrafts } from "./audit.ts";
import type { Answer, Command } from "./commands.ts";
import { CommandKind } from "./commands.ts";

/** Values of a draft in a command. */
const DRAFT_VALUES = 3;

/** An act together with the entries that say so: they are appended if it changes something. */
export function withAudit(act: Command, drafts: readonly AuditDraft[] | undefined): Command {
  return drafts === undefined || drafts.length === 0
    ? act
    : [CommandKind.audited, ...encodeDrafts(drafts), ...act];
}

/** The act inside an audited one, which says first how many drafts come before it. */
export function actIn(command: Command): Command {
  const [, count] = command;
  // The rest of what `withAudit` wrote.
  return command.slice(2 + DRAFT_VALUES * Number(count)) as unknown as Command;
}

/** Whether an act that may be audited changed something, as its answer tells. */
export function hasChanged([kind]: Command, answer: Answer): boolean {
  switch (kind) {
    case CommandKind.register:
    case CommandKind.removeApp:
    case CommandKind.pause:
    case CommandKind.resume:
    case CommandKind.removeCancellation:
    case CommandKind.removeHistory:
      return answer === 1;
    case CommandKind.advance:
      // Otherwise it names why nothing was committed.
      return typeof answer === "object" && answer !== null;
    default:
      return true;
  }
}
