import { inngest } from "./client.ts";
import type { Order } from "./services.ts";
import { askForReview, chargeCard, fileInvoice, mailConfirmation, reserveStock } from "./services.ts";

/** How long the shop waits before it asks for a review; days in a real shop. */
const PAUSE = process.env["ORDER_PAUSE"] ?? "5s";

/**
 * An order from payment to the request for a review. Each step's result is stored before the next step begins; a step
 * that fails is tried again by itself; the pause costs nothing while it lasts, and outlives any restart.
 */
export const fulfilOrder = inngest.createFunction(
  { id: "fulfil-order", name: "Fulfil an order", triggers: [{ event: "order/placed" }] },
  async ({ event, step }) => {
    const order = event.data as Order;

    const stock = await step.run("reserve-stock", () => reserveStock(order));
    const payment = await step.run("charge-card", () => chargeCard(order));
    const [mail, invoice] = await Promise.all([
      step.run("mail-confirmation", () => mailConfirmation(order)),
      step.run("file-invoice", () => fileInvoice(order)),
    ]);

    await step.sleep("wait-for-delivery", PAUSE);
    await step.run("ask-for-review", () => askForReview(order));

    return {
      order: order.orderId,
      from: stock.warehouse,
      paid: payment.amount,
      mailed: mail.to,
      invoice: invoice.invoice,
    };
  },
);
