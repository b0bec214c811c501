// What the page knows: the folder, what is typed, the basket. Whoever wants to hear of changes says so.

export const state = {
  folder: { name: "", files: {}, can: {} },
  start: null, // the answer to "open"
  file: "", // the file in the editor
  saved: {}, // path -> text, of files that were opened
  draft: {}, // path -> text that differs from the saved one
  seen: {}, // path -> fingerprint of what a draft was begun from, where the folder has another one by now
  basket: null,
  price: null, // the last answer with a quote
  checked: { errors: 0, warnings: 0, hints: 0, problems: [] },
};

const hearing = {};
export const on = (what, call) => (hearing[what] ??= []).push(call);
export const tell = (what, ...given) => hearing[what]?.forEach((call) => call(...given));

/** A question about the texts as they are being typed. */
export const typed = (question = {}) => ({ draft: state.draft, ...question });

/** The text of a file as it is being typed. */
export const textOf = (path) => state.draft[path] ?? state.saved[path] ?? "";

export function type(path, text) {
  if (text === state.saved[path] && !(path in state.seen)) delete state.draft[path];
  else state.draft[path] = text;
  tell("typed", path);
}

export function emptyBasket(start) {
  return {
    currency: start.currency,
    at: firstEvening(start),
    customer: { id: "c-1", segments: [] },
    lines: [],
    shipping: [],
    wallet: { coins: 0, coupons: [] },
    codes: [],
  };
}

/** Now, if a campaign holds; else noon of the first day of the last one that began. */
function firstEvening(start) {
  const now = new Date();
  const local = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  const holds = start.campaigns.some((one) => (one.from ?? "") <= local && local < (one.until ?? "9"));
  if (holds || !start.campaigns.length) return local;
  const last = start.campaigns.map((one) => one.from ?? "").sort().at(-1);
  return last ? `${last.slice(0, 10)}T12:00` : local;
}

let pricing;
/** After the basket has been changed. */
export function bought() {
  tell("basket");
  pricing?.();
}
export const whenBought = (call) => (pricing = call);

/** So many more of some goods. */
export function add(goods, many = 1) {
  const { lines } = state.basket;
  const same = lines.find((line) => line.sku === goods.sku && line.store === goods.store && !("price" in line));
  if (same) same.quantity += many;
  else lines.push({ id: freeId(lines), sku: goods.sku, store: goods.store, quantity: many });
  bought();
}

function freeId(lines) {
  let number = lines.length + 1;
  while (lines.some((line) => line.id === String(number))) number += 1;
  return String(number);
}
