// From product page to refund, for a customer of the demo shop:
//     pricing serve --rules rules --ledger shop.db --at 2026-06-20T18:30:00-07:00
//     node docs/clients/typescript/checkout.js http://127.0.0.1:8080 ann

import { Client, ServiceProblem } from "./client.js";
import type { components } from "./service.js";

declare const process: { argv: string[] };

function holds(fact: boolean, what: string): void {
  if (!fact) throw new Error(`does not hold: ${what}`);
  console.log(what);
}

const [, , url = "http://127.0.0.1:8080", customer = "ann", at = "2026-06-20T18:30:00-07:00", token = ""] = process.argv;
const shop = new Client(url, token);

const page = { sku: "NH-1001", store: "nova-home", price: "45.00", category: ["home/kitchen/kettles"], customer };
const offers = await shop.get("/v1/offers", { query: page });
holds(offers.some((one) => one.rule === "nova-6-off-60" && one.state === "pick-up"), "the product page offers nova-6-off-60");

const got = await shop.post("/v1/wallets/{customer}/pick-ups", { rule: "nova-6-off-60" }, { path: { customer } });
holds(got.pieces === 1, "it is picked up");
await shop.post("/v1/wallets/{customer}/grants", { why: "welcome", coins: 100 }, { path: { customer } });
await shop.post("/v1/wallets/{customer}/exchanges", { rule: "coins-for-select", times: 2 }, { path: { customer } });
const wallet = await shop.get("/v1/wallets/{customer}", { path: { customer } });
holds(wallet.coins === 80 && wallet.cards.length === 2, "two pieces of select-summer cost 20 of 100 coins");

const cart: components["schemas"]["Cart"] = {
  currency: "USD",
  at,
  customer: { id: customer },
  lines: [{ id: "1", sku: "NH-1001", store: "nova-home", price: "45.00", quantity: 2, categories: ["home/kitchen/kettles"] }],
  shipping: [{ store: "nova-home", method: "standard", amount: "6.50" }],
  codes: ["SUMMER12"],
};
const shown = await shop.post("/v1/quote", cart, { query: { why: "none" } });
holds(Number(shown.total) < Number(shown.list_total), `a guest would pay ${shown.total} of ${shown.list_total}`);

const order = `ts-${customer}`;
const key = `checkout-${order}`;
const bought = await shop.post("/v1/checkout", { order, cart }, { key });
const total = bought.order.total;
holds(Number(total) < Number(shown.total), `with what is held it is ${total}`);
const again = await shop.post("/v1/checkout", { order, cart }, { key });
holds(JSON.stringify(again) === JSON.stringify(bought), "the same call again has the same answer");

await shop.post("/v1/orders/{order}/verifying", { customer }, { path: { order } });
const paid = await shop.post("/v1/orders/{order}/commit", { customer }, { path: { order } });
holds(paid.state === "committed", "it is paid");

const first = await shop.post("/v1/orders/{order}/refund", { lines: { "1": 1 } }, { path: { order } });
const rest = await shop.post("/v1/orders/{order}/refund", { lines: { "1": 1 }, shipping: true }, { path: { order } });
const back = Math.round(100 * Number(first.cash)) + Math.round(100 * Number(rest.cash));
holds(back === Math.round(100 * Number(total)), `${first.cash} and ${rest.cash} come back`);
try {
  await shop.post("/v1/orders/{order}/refund", { lines: { "1": 1 } }, { path: { order } });
  holds(false, "no more comes back than was bought");
} catch (error) {
  if (!(error instanceof ServiceProblem)) throw error;
  holds(error.status >= 400 && error.status < 500, `no more comes back than was bought: ${error.code}`);
}
