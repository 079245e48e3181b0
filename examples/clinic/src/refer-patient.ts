import { client } from "./client.ts";
import { referralAnswered, referralAsked } from "./referral.ts";
import type { Referral } from "./referral.ts";

/**
 * Writes a letter, sends it, and waits up to two weeks for a doctor. What the letter says, who the patient is, what goes
 * wrong: none of it is on the server in clear, nor in its backups. That a referral is under way, and in which ward, is.
 */
export const referPatient = client.createFunction(
  {
    id: "refer-patient",
    triggers: { event: referralAsked },
    concurrency: { limit: 5, key: "event.data.ward" },
  },
  async ({ event, step }) => {
    const letter = await step.run("write-letter", () => writeLetter(event.data));
    await step.run("send-letter", () => sendLetter(letter));
    const answer = await step.waitForEvent("answer", {
      event: referralAnswered,
      timeout: "14d",
      // Both are in clear: a condition cannot read what is sealed.
      if: "event.data.ward == async.data.ward",
    });
    if (answer === null) return { patient: event.data.patient, seenBy: null };
    return { patient: answer.data.patient, seenBy: answer.data.doctor };
  },
);

function writeLetter({ patient, diagnosis }: Referral): { readonly text: string } {
  return { text: `Dear colleague, please see ${patient}: ${diagnosis}.` };
}

/** Stands in for a letter service. */
function sendLetter({ text }: { readonly text: string }): {
  readonly letters: number;
  readonly chars: number;
} {
  return { letters: 1, chars: text.length };
}
