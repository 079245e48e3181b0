import { record } from "./ledger.ts";

/**
 * Stand-ins for what a real shop talks to: a warehouse, a payment provider, a mail service. They take their time,
 * and the payment provider is briefly unavailable the first time it is asked, as such services are.
 */
export interface Order {
  readonly orderId: string;
  readonly email: string;
  readonly amount: number;
}

const asked = new Set<string>();

export async function reserveStock(order: Order): Promise<{ warehouse: string }> {
  await latency(40);
  await record({ order: order.orderId, effect: "stock reserved", detail: "2 items" });
  return { warehouse: "Utrecht" };
}

export async function chargeCard(order: Order): Promise<{ payment: string; amount: number }> {
  await latency(80);
  if (!asked.has(order.orderId)) {
    asked.add(order.orderId);
    throw new Error("The payment provider answered 503: try again");
  }
  await record({ order: order.orderId, effect: "card charged", detail: `€ ${order.amount.toFixed(2)}` });
  return { payment: `pay_${order.orderId}`, amount: order.amount };
}

export async function mailConfirmation(order: Order): Promise<{ to: string }> {
  await latency(60);
  await record({ order: order.orderId, effect: "confirmation mailed", detail: order.email });
  return { to: order.email };
}

export async function fileInvoice(order: Order): Promise<{ invoice: string }> {
  await latency(50);
  await record({ order: order.orderId, effect: "invoice filed", detail: `INV-${order.orderId}` });
  return { invoice: `INV-${order.orderId}` };
}

export async function askForReview(order: Order): Promise<{ asked: true }> {
  await latency(30);
  await record({ order: order.orderId, effect: "review asked for", detail: order.email });
  return { asked: true };
}

function latency(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
