// The basket: goods by search, how many, when, who, wallet, codes, coins, payment, delivery. JSON only when asked for.
import { ask, lastOnly } from "./desk.js";
import { bdi, button, field, fill, h, heard, onlyNew, paused, say } from "./dom.js";
import { isBasket, whole } from "./share.js";
import { add, bought, emptyBasket, on, state, typed } from "./state.js";
import { t } from "./words.js";

const places = {};

export function build(place) {
  const search = h("input", { type: "search", id: "goods-search", autocomplete: "off", oninput: () => (search.value.trim() || forgetFound(), look(search.value)), placeholder: t("basket.search.hint") });
  places.found = h("ul", { class: "found", "aria-label": t("basket.found") });
  places.count = h("p", { class: "quiet", role: "status" });
  places.lines = h("div", { class: "lines" });
  places.who = h("div", { class: "grid" });
  places.wallet = h("div", {});
  buildWallet(places.wallet);
  places.delivery = h("div", {});
  places.json = h("details", { class: "json" });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") places.found.querySelector("button")?.click();
    if (event.key === "Escape") (search.value = ""), forgetFound();
  });
  place.append(
    h("h2", {}, t("basket.title")),
    h("div", { class: "searching" }, field(t("basket.search"), search), places.count, places.found),
    places.lines,
    h("details", { class: "part", open: true }, h("summary", {}, t("basket.who")), places.who),
    h("details", { class: "part", open: true }, h("summary", {}, t("basket.wallet")), places.wallet),
    h("details", { class: "part" }, h("summary", {}, t("basket.delivery")), places.delivery),
    places.json,
    h("p", { class: "buttons" }, button(t("basket.empty"), () => replace(emptyBasket(state.start)))),
  );
  on("basket", draw);
  const again = onlyNew(() => (drawLines(), drawWallet()), () => [state.basket, state.basket.lines.map(known), state.price?.shops, labels()]);
  on("priced", (answer) => answer.quote && !answer.quote.refused && again());
}

/** Another basket in the place of this one. */
export function replace(basket) {
  state.basket = whole(basket);
  bought();
}

// Goods

const latest = lastOnly();
function forgetFound() {
  fill(places.found);
  places.count.textContent = "";
}

const look = paused(async (text) => {
  if (!text.trim()) return;
  const answer = await latest("goods", typed({ search: text, currency: state.basket.currency, most: 12 })).catch(() => null);
  if (!answer) return;
  places.count.textContent = answer.total > answer.goods.length ? t("basket.found.more", { shown: answer.goods.length, total: answer.total }) : t("basket.found.count", { count: answer.total });
  fill(places.found, answer.goods.map((goods) => h("li", {}, button([bdi(goods.title || goods.sku), h("span", { class: "quiet" }, bdi(goods.shop || goods.store), " · ", goods.price), h("span", { class: "plus", "aria-hidden": "true" }, "+"), heard(t("basket.add"))], () => {
    add(goods);
    places.count.textContent = t("basket.added", { what: goods.title || goods.sku });
  }))));
}, 120);

/** What the coupons in the wallet are called. */
const labels = () => state.basket.wallet.coupons.map((lot) => state.price?.rules[lot.rule]?.label);

function draw() {
  drawLines();
  drawWho();
  drawWallet();
  drawDelivery();
  drawJson();
}

function known(line) {
  const told = state.price?.cart?.lines.find((one) => one.id === line.id && one.sku === line.sku);
  return { title: line.title ?? told?.title ?? line.sku, price: line.price ?? told?.price ?? "", store: line.store ?? told?.store ?? "" };
}

function drawLines() {
  const { lines } = state.basket;
  if (!lines.length) return fill(places.lines, h("p", { class: "quiet" }, t("basket.none")));
  fill(
    places.lines,
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", {}, t("basket.item")), h("th", {}, t("basket.price")), h("th", {}, t("basket.many")), h("td", {}))),
      h("tbody", {}, lines.map((line, at) => row(line, at))),
    ),
  );
}

function row(line, at) {
  const { title, price, store } = known(line);
  const set = (many) => {
    line.quantity = Math.min(Math.max(many, 1), 1_000_000);
    bought();
  };
  const take = () => {
    state.basket.lines.splice(at, 1);
    bought();
  };
  const many = h("input", { type: "number", min: 1, step: 1, value: line.quantity, "data-key": `many-${line.id}`, "aria-label": t("basket.many.of", { what: title }), onchange: () => set(Math.trunc(many.valueAsNumber) || 1) });
  const amount = h("input", { type: "text", inputmode: "decimal", class: "amount", value: price, "data-key": `price-${line.id}`, "aria-label": t("basket.price.of", { what: title }), onchange: () => {
    if (amount.value.trim()) line.price = amount.value.trim();
    else delete line.price;
    bought();
  } });
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, bdi(title), h("span", { class: "quiet" }, bdi(state.price?.shops?.[store] ?? store), store && " · ", bdi(line.sku))),
    h("td", {}, amount),
    h("td", { class: "stepper" }, button("−", () => set(line.quantity - 1), { "aria-label": t("basket.fewer", { what: title }), disabled: line.quantity <= 1, "data-key": `fewer-${line.id}` }), many, button("+", () => set(line.quantity + 1), { "aria-label": t("basket.more", { what: title }), "data-key": `more-${line.id}` })),
    h("td", {}, button("×", take, { class: "bare", "aria-label": t("basket.remove", { what: title }), "data-key": `remove-${line.id}` })),
  );
}

// When and who

function drawWho() {
  const { basket, start } = state;
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(basket.at ?? "")?.[0] ?? "";
  const day = h("input", { type: "date", value: local.slice(0, 10), "data-key": "day", onchange: () => moment() });
  const hour = h("input", { type: "time", value: local.slice(11), "data-key": "hour", onchange: () => moment() });
  const moment = () => {
    if (!day.value) return;
    basket.at = `${day.value}T${hour.value || "12:00"}`;
    bought();
  };
  const shown = [field(t("basket.day"), day), field(t("basket.hour"), hour, h("small", {}, start.zone))];
  if (start.currencies.length > 1) shown.push(choice("currency", start.currencies, basket.currency, (value) => (basket.currency = value), false));
  const id = h("input", { type: "text", value: basket.customer.id, "data-key": "customer", onchange: () => ((basket.customer.id = id.value.trim()), bought()) });
  shown.push(field(t("basket.customer"), id));
  for (const [key, names] of [["country", start.countries], ["region", start.regions], ["channel", start.channels], ["payment", start.payments]]) {
    if (names.length || basket[key]) shown.push(choice(key, names, basket[key] ?? "", (value) => (value ? (basket[key] = value) : delete basket[key])));
  }
  const segments = [...new Set([...start.segments.map((one) => one.name), ...start.customers, ...basket.customer.segments])];
  const titles = Object.fromEntries(start.segments.map((one) => [one.name, one.title]));
  if (segments.length) {
    shown.push(
      h("fieldset", { class: "wide" }, h("legend", {}, t("basket.segments")), segments.map((name) => h("label", { class: "check", title: titles[name] }, h("input", { type: "checkbox", checked: basket.customer.segments.includes(name), "data-key": `segment-${name}`, onchange: (event) => {
        basket.customer.segments = segments.filter((one) => (one === name ? event.target.checked : basket.customer.segments.includes(one)));
        bought();
      } }), bdi(name), titles[name] && heard(titles[name])))),
    );
  }
  fill(places.who, shown);
}

function choice(key, names, value, set, empty = true) {
  const all = [...new Set([...(empty ? [""] : []), ...names, ...(value ? [value] : [])])];
  return field(t(`basket.${key}`), h("select", { "data-key": key, onchange: (event) => (set(event.target.value), bought()) }, all.map((name) => h("option", { value: name, selected: name === value }, name || t("basket.any")))));
}

// Wallet and codes

function buildWallet(place) {
  const found = h("ul", { class: "found", "aria-label": t("basket.found") });
  const search = h("input", { type: "search", autocomplete: "off", placeholder: t("basket.coupons.hint"), oninput: () => offer(search, found), onkeydown: (event) => {
    if (event.key === "Enter") event.preventDefault(), typedCode(search, found);
  } });
  places.coins = h("input", { type: "number", min: 0, step: 10, value: 0, onchange: () => ((state.basket.wallet.coins = Math.max(Math.trunc(places.coins.valueAsNumber) || 0, 0)), bought()) });
  places.held = h("div", {});
  place.append(h("div", { class: "grid wallet" }, field(t("basket.coins"), places.coins), field(t("basket.coupons"), search)), found, places.held);
}

function drawWallet() {
  const { wallet, codes } = state.basket;
  places.coins.value = wallet.coins;
  const held = wallet.coupons.map((lot, at) => {
    const pieces = h("input", { type: "number", min: 1, step: 1, value: lot.pieces, "data-key": `pieces-${at}`, "aria-label": t("basket.pieces", { what: lot.rule }), onchange: () => ((lot.pieces = Math.max(Math.trunc(pieces.valueAsNumber) || 1, 1)), bought()) });
    const label = state.price?.rules[lot.rule]?.label;
    return h("li", {}, h("span", {}, bdi(label || lot.rule), label && h("span", { class: "quiet" }, bdi(lot.rule))), pieces, button("×", () => (wallet.coupons.splice(at, 1), bought()), { class: "bare", "aria-label": t("basket.remove", { what: lot.rule }), "data-key": `lot-${at}` }));
  });
  const written = codes.map((code, at) => {
    const name = typeof code === "string" ? code : (code?.code ?? "");
    return h("li", {}, h("code", {}, bdi(name)), button("×", () => (codes.splice(at, 1), bought()), { class: "bare", "aria-label": t("basket.remove", { what: name }), "data-key": `code-${at}` }));
  });
  fill(
    places.held,
    held.length ? h("ul", { class: "chips", "aria-label": t("basket.coupons.held") }, held) : null,
    written.length ? h("ul", { class: "chips", "aria-label": t("basket.codes") }, written) : null,
  );
}

const latestOffer = lastOnly();
const offer = paused(async (search, found) => {
  const text = search.value;
  const taken = () => ((search.value = ""), fill(found), search.focus(), bought());
  if (!text.trim()) return fill(found);
  const answer = await latestOffer("wallet", typed({ search: text, currency: state.basket.currency, most: 10 })).catch(() => null);
  if (!answer) return;
  const { wallet, codes } = state.basket;
  fill(
    found,
    answer.coupons.map((one) => h("li", {}, button([bdi(one.label || one.rule), h("span", { class: "quiet" }, bdi(one.rule)), h("span", { class: "plus", "aria-hidden": "true" }, "+"), heard(t("basket.add"))], () => {
      const same = wallet.coupons.find((lot) => lot.rule === one.rule && !lot.expires);
      if (same) same.pieces += 1;
      else wallet.coupons.push({ rule: one.rule, pieces: 1 });
      taken();
    }))),
    answer.codes.map((one) => h("li", {}, button([bdi(one.label || one.rule), h("code", {}, bdi(one.code)), h("span", { class: "plus", "aria-hidden": "true" }, "+"), heard(t("basket.add"))], () => {
      if (!codes.includes(one.code)) codes.push(one.code);
      taken();
    }))),
  );
}, 120);

/** Enter in the search: the first thing found, else what was typed is a code. */
function typedCode(search, found) {
  const first = found.querySelector("button");
  if (first) return first.click();
  const code = search.value.trim();
  if (code && !state.basket.codes.includes(code)) state.basket.codes.push(code);
  search.value = "";
  bought();
}

// Delivery

function drawDelivery() {
  const { shipping, lines } = state.basket;
  const stores = [...new Set([...lines.map((line) => known(line).store), ...shipping.map((one) => one.store)])].filter(Boolean);
  const methods = [...new Set([...state.start.methods, ...shipping.map((one) => one.method)])];
  const row = (charge, at) => {
    const amount = h("input", { type: "text", inputmode: "decimal", class: "amount", value: charge.amount, "data-key": `charge-${at}`, "aria-label": t("basket.delivery.amount"), onchange: () => ((charge.amount = amount.value.trim()), bought()) });
    const select = (key, names) => h("select", { "aria-label": t(`basket.delivery.${key}`), "data-key": `${key}-${at}`, onchange: (event) => ((charge[key] = event.target.value), bought()) }, names.map((name) => h("option", { selected: name === charge[key] }, name)));
    return h("li", {}, select("store", stores), select("method", methods), amount, button("×", () => (shipping.splice(at, 1), bought()), { class: "bare", "aria-label": t("basket.delivery.remove"), "data-key": `charge-remove-${at}` }));
  };
  const free = stores.find((store) => !shipping.some((one) => one.store === store));
  fill(
    places.delivery,
    h("ul", { class: "rows" }, shipping.map(row)),
    button(t("basket.delivery.add"), () => {
      shipping.push({ store: free ?? stores[0], method: methods[0], amount: "5.00" });
      bought();
    }, { disabled: !free, "data-key": "charge-add" }),
  );
}

// JSON on request

function drawJson() {
  const open = places.json.open;
  const text = h("textarea", { rows: 12, spellcheck: "false", "aria-label": t("basket.json"), "data-key": "json" });
  text.value = JSON.stringify(state.basket, null, 2);
  const take = () => {
    try {
      const basket = JSON.parse(text.value);
      if (!isBasket(basket)) throw new Error(t("basket.json.wrong"));
      replace(basket);
    } catch (error) {
      say(error.message, "wrong");
    }
  };
  fill(places.json, h("summary", {}, t("basket.json")), text, h("p", { class: "buttons" }, button(t("basket.json.take"), take)));
  places.json.open = open;
}

/** One question more: what is asked when a next step or a gift is taken. */
export async function addGift(gift) {
  const { goods } = await ask("goods", typed({ search: gift.skus[0] ?? "", store: gift.store ?? "", currency: state.basket.currency, most: 20 }));
  const one = goods.find((each) => gift.skus.length === 0 || gift.skus.includes(each.sku));
  if (one) add(one, 1);
  else say(t("receipt.gift.unknown"), "wrong");
}
