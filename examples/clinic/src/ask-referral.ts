/**
 * What the clinic's front desk does: asks for a referral, and later tells which doctor takes it.
 *
 * node ask-referral.ts asked WARD PATIENT DIAGNOSIS
 * node ask-referral.ts answered WARD PATIENT DOCTOR
 */
import { client } from "./client.ts";
import { referralAnswered, referralAsked } from "./referral.ts";

const [act, ward = "", patient = "", word = ""] = process.argv.slice(2);

const event =
  act === "answered"
    ? referralAnswered.create({ ward, patient, doctor: word })
    : referralAsked.create({ ward, patient, diagnosis: word });
const { ids } = await client.send(event);
console.log(ids.join("\n"));
