// The receipt: what each line and unit pays, who pays whom, why, why not, what would bring more. What changed is marked.
import { bdi, button, fill, h, heard, onlyNew } from "./dom.js";
import { addGift, replace } from "./basket.js";
import { ask } from "./desk.js";
import { add, bought, on, state, tell, typed } from "./state.js";
import { has, t } from "./words.js";

const BEGINNINGS = 5; // examples that are offered while the basket is empty
const places = {};
let before = null; // what was shown before the last change, to mark what is new
let now = null;

export function build(place) {
  places.total = h("div", { class: "total", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  places.note = h("div", { class: "note" });
  places.paper = h("div", { class: "paper" });
  places.why = h("div", { class: "why" });
  place.append(h("h2", {}, t("receipt.title")), places.total, places.note, places.paper, places.why);
  on("priced", onlyNew(drawn, (answer) => [answer, state.basket.without]));
  on("asking", () => place.setAttribute("aria-busy", "true"));
  on("asked", () => place.removeAttribute("aria-busy"));
}

function drawn(answer) {
  if (answer.empty) return nothing();
  if (answer.mistakes !== undefined) return stale(h("p", { class: "wrong" }, now ? t("receipt.mistakes", { count: answer.mistakes }) : t("receipt.mistakes.none")));
  if (answer.problems) return stale(h("div", { class: "wrong" }, h("p", {}, t("receipt.problems")), h("ul", {}, answer.problems.map((one) => h("li", {}, bdi(one.what), " ", h("code", {}, bdi(one.path)))))));
  fill(places.note);
  places.paper.classList.remove("stale");
  places.why.classList.toggle("stale", !answer.quote.refused);
  const next = known(answer.quote);
  if (JSON.stringify(next) !== JSON.stringify(now)) [before, now] = [now, next];
  drawTotal(answer);
  drawPaper(answer);
  if (answer.quote.refused) drawWhy(answer);
}

async function nothing() {
  for (const place of [places.note, places.why]) fill(place);
  fill(places.total, h("p", { class: "sum" }, heard(t("receipt.total")), "–"));
  fill(places.paper, h("p", { class: "quiet" }, t("basket.none")));
  before = now = null;
  const { baskets } = await ask("baskets", typed({ most: BEGINNINGS, file: state.file })).catch(() => ({ baskets: [] }));
  if (!baskets.length || state.basket.lines.length) return;
  fill(
    places.paper,
    h("p", { class: "quiet" }, t("basket.none")),
    h("h3", {}, t("receipt.begin")),
    h("ul", { class: "begin" }, baskets.map((one) => h("li", {}, button(bdi(one.title), () => (replace(one.basket), tell("show file", one.cards)))))),
  );
}

/** The last receipt stays, greyed; above it stands why there is no new one. */
function stale(note) {
  fill(places.note, note);
  places.paper.classList.add("stale");
  places.why.classList.add("stale");
}

function known(quote) {
  const found = { total: quote.total };
  for (const line of quote.lines) {
    found[`line ${line.id}`] = line.pays;
    for (const saving of line.savings) found[`saving ${line.id} ${saving.rule}`] = saving.amount;
  }
  for (const charge of quote.shipping) found[`charge ${charge.store} ${charge.method}`] = charge.pays;
  return found;
}

/** Marks an amount that is not what it was; in words for those who listen. */
function amount(key, value, cls = "") {
  const old = before?.[key];
  const changed = before !== null && old !== value;
  return h("span", { class: `amount ${cls} ${changed ? "changed" : ""}` }, value, changed && old !== undefined && h("span", { class: "was" }, heard(t("receipt.was")), old));
}

const label = (answer, rule) => answer.rules[rule]?.label || rule;

/** A rule as a button that shows its card. */
const card = (answer, rule, text = null) => h("button", { type: "button", class: "link", onclick: () => tell("show card", answer.rules[rule]), title: rule, "data-key": `card ${rule}` }, bdi(text ?? label(answer, rule)));

function drawTotal({ quote }) {
  const saved = quote.savings_total;
  fill(
    places.total,
    h("p", { class: "sum" }, heard(t("receipt.total")), amount("total", quote.total), " ", h("span", { class: "currency" }, quote.currency)),
    h("p", { class: "quiet" }, Number(saved) ? t("receipt.saved", { saved, list: quote.list_total }) : t("receipt.full")),
    !quote.optimal && h("p", { class: "wrong" }, t("receipt.unproved", { bound: quote.lower_bound })),
  );
}

// Lines

function drawPaper(answer) {
  const { quote } = answer;
  const stores = Map.groupBy ? Map.groupBy(quote.lines, (line) => line.store) : grouped(quote.lines);
  fill(
    places.paper,
    [...stores].map(([store, lines]) => h("section", { class: "store" }, h("h3", {}, bdi(answer.shops[store] ?? store)), lines.map((line) => lineOf(answer, line)))),
    quote.shipping.length > 0 && h("section", { class: "store" }, h("h3", {}, t("receipt.delivery")), quote.shipping.map((charge) => entry(answer, `charge ${charge.store} ${charge.method}`, [bdi(answer.shops[charge.store] ?? charge.store), " · ", bdi(charge.method)], charge, null))),
    totals(quote),
    payers(answer),
    notes(answer),
    json(answer),
  );
}

function grouped(lines) {
  const found = new Map();
  for (const line of lines) found.set(line.store, [...(found.get(line.store) ?? []), line]);
  return found;
}

function lineOf(answer, line) {
  const many = line.quantity > 1 ? h("span", { class: "quiet" }, ` ${line.quantity} × ${unit(line)}`) : null;
  return entry(answer, `line ${line.id}`, [bdi(answer.titles[line.id] ?? line.sku), many], line, units(answer, line));
}

const unit = (line) => answerCart(line)?.price ?? "";
const answerCart = (line) => state.price?.cart.lines.find((one) => one.id === line.id);

function entry(answer, key, title, priced, more) {
  return h(
    "div",
    { class: "entry" },
    h("div", { class: "head" }, h("span", { class: "name" }, title), h("span", { class: "list" }, priced.list !== priced.pays && [heard(t("receipt.list")), h("s", {}, priced.list)]), amount(key, priced.pays, "pays")),
    priced.savings.length > 0 && h("ul", { class: "savings" }, priced.savings.map((saving) => h("li", {}, card(answer, saving.rule), h("span", { class: "quiet payer" }, funders(answer, saving, priced.store)), amount(`saving ${priced.id} ${saving.rule}`, saving.amount, "off")))),
    more,
  );
}

const funders = (answer, saving, store) =>
  Object.entries(saving.funders)
    .map(([who, share], at, all) => `${who === "seller" ? (answer.shops[store] ?? store) : who === "platform" ? t("platform") : who}${all.length > 1 ? ` ${share}` : ""}`)
    .join(", ");

/** What each unit pays, where there are several, and how it came about. */
function units(answer, line) {
  const account = answer.account?.[answer.quote.lines.indexOf(line)];
  if (line.quantity === 1 && !account?.sentences.length) return null;
  return h(
    "details",
    { class: "units" },
    h("summary", {}, t("receipt.units")),
    line.quantity > 1 && h("ul", {}, line.units.map((run) => h("li", {}, t("receipt.unit", { count: run.quantity, pays: run.pays })))),
    account && h("ol", {}, account.sentences.map((text) => h("li", {}, bdi(text)))),
  );
}

function totals(quote) {
  const row = (name, value, cls) => h("tr", { class: cls }, h("th", { scope: "row" }, name), h("td", {}, value));
  return h(
    "table",
    { class: "totals" },
    h("tbody", {}, row(t("receipt.goods"), quote.goods_total), quote.shipping.length > 0 && row(t("receipt.delivery"), quote.shipping_total), row(t("receipt.total"), `${quote.total} ${quote.currency}`, "last")),
  );
}

function payers(answer) {
  if (!answer.payers.length) return null;
  const name = (one) => (one.who === "platform" ? t("platform") : one.who === "seller" ? [bdi(answer.shops[one.store] ?? one.store), h("span", { class: "quiet" }, ` ${t("seller")}`)] : bdi(one.who));
  const most = Math.max(...answer.payers.map((one) => Number(one.amount)));
  return h(
    "section",
    { class: "payers" },
    h("h3", {}, t("receipt.payers")),
    h("table", {}, h("tbody", {}, answer.payers.map((one) => h("tr", {}, h("th", { scope: "row" }, name(one)), h("td", { class: "bar", "aria-hidden": "true" }, h("span", { style: `inline-size:${((100 * Number(one.amount)) / most).toFixed(1)}%` })), h("td", {}, one.amount))))),
  );
}

/** Coins, coupons, codes and gifts. */
function notes(answer) {
  const { quote } = answer;
  const told = [];
  for (const use of quote.used) if (use.coins) told.push(t("receipt.coins", { count: use.coins, amount: use.amount }));
  for (const [rule, one] of Object.entries(quote.bought)) told.push(t("receipt.bought", { count: one.pieces, what: label(answer, rule), coins: one.coins }));
  for (const one of quote.earned ?? []) told.push(t("receipt.earned", { count: one.coins, what: label(answer, one.rule) }));
  for (const one of answer.kept) told.push(one.known ? t("receipt.kept", { count: one.pieces, what: label(answer, one.rule) }) : t("receipt.unknown.coupon", { what: one.rule }));
  for (const code of quote.unknown_codes ?? []) told.push(t("receipt.unknown.code", { what: code }));
  const gifts = (quote.unclaimed ?? []).map((gift) => h("li", { class: "gift" }, h("span", {}, t("receipt.gift", { count: gift.units, what: label(answer, gift.rule) })), button(t("receipt.gift.take"), () => addGift(gift), { "data-key": `gift ${gift.rule}` })));
  const left = (state.basket.without ?? []).map((rule) => h("li", { class: "gift" }, h("span", {}, t("receipt.without", { what: rule })), button(t("receipt.with"), () => leave(rule, false), { "data-key": `with ${rule}` })));
  if (!told.length && !gifts.length && !left.length) return null;
  return h("section", {}, h("h3", {}, t("receipt.notes")), h("ul", { class: "notes" }, gifts, left, told.map((text) => h("li", {}, bdi(text)))));
}

function leave(rule, out) {
  const { basket } = state;
  const others = (basket.without ?? []).filter((one) => one !== rule);
  basket.without = out ? [...others, rule] : others;
  if (!basket.without.length) delete basket.without;
  bought();
}

const json = (answer) => h("details", { class: "json", "data-json": "" }, h("summary", {}, t("receipt.json")), h("pre", { tabindex: 0 }, JSON.stringify(answer.quote, null, 2)));

// Why not, and what would bring more

function drawWhy(answer) {
  const { quote } = answer;
  const steps = (quote.next_steps ?? []).map((step, at) => nextStep(answer, step, answer.adds?.[at])).filter(Boolean);
  const entries = quote.refused.map((entry, at) => ({ entry, near: answer.near[at] }));
  const near = entries.filter((one) => one.near);
  const far = entries.filter((one) => !one.near);
  const used = [...new Set(quote.used.map((use) => use.rule))];
  fill(
    places.why,
    steps.length > 0 && h("section", { class: "steps" }, h("h3", {}, t("why.steps")), h("ul", {}, steps)),
    near.length > 0 && h("section", { class: "refusals" }, h("h3", {}, t("why.not")), h("ul", {}, near.map(({ entry }) => refusal(answer, entry)))),
    used.length > 0 && h("details", { class: "used" }, h("summary", {}, t("why.without")), h("ul", {}, used.map((rule) => h("li", {}, card(answer, rule), button(t("why.leave"), () => leave(rule, true), { "data-key": `leave ${rule}` }))))),
    far.length > 0 && h("details", { class: "refusals" }, h("summary", {}, t("why.others", { count: far.length })), h("ul", {}, far.map(({ entry }) => refusal(answer, entry)))),
  );
}

const at = (answer, entry) => (entry.store ? ` ${t("why.at", { store: answer.shops[entry.store] ?? entry.store })}` : "");

function nextStep(answer, step, offer) {
  const what = step.payment ? t("why.pay", { what: step.payment }) : step.missing ? t("why.add", { missing: step.missing }) : t("why.add.units", { count: step.missing_units });
  const take = () => {
    if (offer.payment) (state.basket.payment = offer.payment), bought();
    else add(offer, offer.quantity);
  };
  const how = offer?.sku ? t("why.offer", { many: offer.quantity, what: offer.title || offer.sku, cost: offer.cost }) : "";
  return h(
    "li",
    {},
    h("div", {}, h("b", {}, what + at(answer, step)), ", ", t("why.saves", { saves: step.saves }), ": ", card(answer, step.rule)),
    offer && button(how ? [t("why.take"), " ", bdi(how)] : t("why.take.pay"), take, { "data-key": `step ${step.rule} ${step.store ?? ""}` }),
  );
}

function refusal(answer, entry) {
  const other = entry.with && answer.rules[entry.with] ? [" ", card(answer, entry.with)] : null;
  return h("li", {}, card(answer, entry.rule), ": ", bdi(sentence(answer, entry, other)), other, ".", total(answer, entry));
}

function sentence(answer, entry, other) {
  const where = at(answer, entry);
  if (other) return t(entry.reason === "no-item-in-scope" ? "why.priced" : "why.with");
  if (entry.short_by) return t("why.short", { by: entry.short_by }) + where + after(answer, entry);
  if (entry.short_units) return t("why.short.units", { count: entry.short_units }) + where;
  const key = `why.${entry.reason}`;
  return (has(key) ? t(key) : entry.reason) + where;
}

const after = (answer, entry) => (entry.after?.length ? ` ${t("why.after", { what: entry.after.map((rule) => label(answer, rule)).join(", ") })}` : "");

/** The total that it would be. */
function total(answer, entry) {
  const other = entry.total_with ?? entry.total_without;
  if (!other) return null;
  const same = other === answer.quote.total;
  return h("span", { class: "other" }, " ", same ? t("why.same") : t("why.total", { total: other }));
}
