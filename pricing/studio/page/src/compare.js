// Compare: what is being typed beside what is saved, or a revision: this basket, and all example carts.
import { ask, lastOnly } from "./desk.js";
import { bdi, button, field, fill, h, heard, say } from "./dom.js";
import { replace } from "./basket.js";
import { on, state, tell, typed } from "./state.js";
import { language, t } from "./words.js";

const places = {};
let against = "";

export function build(place) {
  places.against = h("select", { onchange: () => ((against = places.against.value), draw()) });
  places.basket = h("section", { "aria-live": "polite" });
  places.examples = h("section", { "aria-live": "polite" });
  places.worst = h("div", { "aria-live": "polite" });
  places.orders = h("div", { "aria-live": "polite" });
  const file = h("input", { type: "file", accept: ".jsonl,.json,.ndjson,.gz", onchange: () => file.files[0] && replay(file.files[0]) });
  place.append(
    h(
      "div",
      { class: "sheet" },
      h("h2", {}, t("compare.title")),
      h("p", {}, t("compare.says")),
      field(t("compare.against"), places.against),
      places.basket,
      places.examples,
      h("section", {}, h("h3", {}, t("compare.worst")), h("p", { class: "quiet" }, t("compare.worst.says")), h("p", { class: "asked" }, button(t("compare.worst.look"), lookForWorst)), places.worst),
      h("section", {}, h("h3", {}, t("compare.orders")), h("p", { class: "quiet" }, t("compare.orders.says")), h("p", { class: "asked" }, field(t("compare.orders.file"), file)), places.orders),
    ),
  );
  on("view", (name) => name === "compare" && begin());
}

async function begin() {
  const { revisions } = state.folder.can.revisions ? await ask("revisions").catch(() => ({ revisions: [] })) : { revisions: [] };
  fill(places.against, h("option", { value: "" }, t("compare.saved")), revisions.map((one) => h("option", { value: one.name, selected: one.name === against }, `${one.day} · ${one.says} (${one.name})`)));
  draw();
}

const comparing = lastOnly();
const running = lastOnly();

async function draw() {
  const with_ = versions();
  fill(places.basket, h("p", { class: "quiet" }, t("compare.working")));
  for (const place of [places.examples, places.worst, places.orders]) fill(place);
  try {
    const one = await comparing("compare", typed({ ...with_, basket: state.basket, language }));
    if (one) drawBasket(one);
    fill(places.examples, h("p", { class: "quiet" }, t("compare.working")));
    const all = await running("examples", typed(with_));
    if (all) drawMany(places.examples, all, h("h3", {}, t("compare.examples")), (one) => one.title);
  } catch (error) {
    fill(places.basket, h("p", { class: "wrong" }, error.message));
    fill(places.examples);
  }
}

/** An amount with its sign, and in words whether that is more or less. */
export function change(amount, words = true) {
  const number = Number(amount);
  const cls = number > 0 ? "up" : number < 0 ? "down" : "same";
  return h("span", { class: `change ${cls} ${words ? "" : "plain"}` }, number > 0 ? `+${amount}` : amount.replace("-", "−"), words && heard(number > 0 ? t("compare.more") : number < 0 ? t("compare.less") : t("compare.same")));
}

function noPrice(answer) {
  if (answer.mistakes !== undefined) return t("receipt.mistakes", { count: answer.mistakes });
  return answer.problems ? `${t("receipt.problems")} ${answer.problems[0].what}` : "";
}

function drawBasket({ old, new: now, change: by, moves, payers }) {
  if (by === null) return fill(places.basket, h("p", { class: "wrong" }, noPrice(now) || noPrice(old)));
  const rules = { ...old.rules, ...now.rules };
  const shops = { ...old.shops, ...now.shops };
  const lines = now.quote.lines.map((line) => [line, old.quote.lines.find((one) => one.id === line.id)]);
  const label = (rule) => rules[rule]?.label || rule;
  const who = (one) => (one.who === "platform" ? t("platform") : one.who === "seller" ? (shops[one.store] ?? one.store) : one.who);
  const head = (first, ...more) => h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first), [t("compare.old"), t("compare.new"), ...more].map((text) => h("th", { scope: "col", class: "amount" }, text))));
  const row = (name, one, other, more) => h("tr", { class: one === other ? "" : "changed" }, h("th", { scope: "row" }, name), h("td", {}, one), h("td", {}, other), more && h("td", {}, more));
  fill(
    places.basket,
    h("h3", {}, t("compare.basket")),
    h("p", { class: "sum" }, old.quote.total, h("span", { "aria-hidden": "true" }, " → "), heard(t("compare.becomes")), now.quote.total, " ", now.quote.currency, " ", change(by)),
    h("div", { class: "columns" },
      h("table", { class: "figures" }, head(t("compare.lines")), h("tbody", {}, lines.map(([line, was]) => row(bdi(now.titles[line.id] ?? line.sku), was?.pays ?? "–", line.pays)), row(t("receipt.delivery"), old.quote.shipping_total, now.quote.shipping_total))),
      moves.length > 0 && h("table", { class: "figures" }, head(t("compare.moves"), t("compare.change")), h("tbody", {}, moves.map((one) => row(h("button", { type: "button", class: "link", onclick: () => shown(rules[one.rule]) }, bdi(label(one.rule))), one.old, one.new, change(one.change, false))))),
      payers.length > 0 && h("table", { class: "figures" }, head(t("receipt.payers")), h("tbody", {}, payers.map((one) => row(bdi(who(one)), one.old, one.new)))),
    ),
    moves.length === 0 && h("p", { class: "quiet" }, t("compare.nothing")),
  );
}

function shown(rule) {
  document.getElementById("tab-try").click();
  tell("show card", rule);
}

const versions = () => (against ? { revision: against } : {});

function drawMany(place, all, head, name) {
  const moved = all.examples.filter((one) => one.problem || Number(one.change) !== 0 || Object.keys(one.rules).length);
  const worst = moved.filter((one) => !one.problem).toSorted((one, other) => Math.abs(Number(other.change)) - Math.abs(Number(one.change)));
  const wrong = moved.filter((one) => one.problem);
  const label = (rule) => all.labels[rule] || rule;
  fill(
    place,
    head,
    h("p", {}, t("compare.examples.sum", { count: all.carts, more: all.more, less: all.less })),
    all.sums.map((one) => sums(one, label)),
    worst.length > 0 && h("table", { class: "figures" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("compare.example")), h("th", { scope: "col", class: "amount" }, t("compare.old")), h("th", { scope: "col", class: "amount" }, t("compare.new")), h("th", { scope: "col", class: "amount" }, t("compare.change")), h("td", {}))),
      h("tbody", {}, worst.map((one) => h("tr", {}, h("th", { scope: "row" }, bdi(name(one)), h("span", { class: "quiet" }, Object.entries(one.rules).map(([rule, by], at) => [at > 0 && ", ", bdi(label(rule)), ` ${Number(by) > 0 ? "+" : ""}${by.replace("-", "−")}`]))), h("td", {}, one.old), h("td", {}, one.new), h("td", {}, change(one.change)), h("td", {}, looking(one.basket, name(one))))))),
    wrong.length > 0 && h("ul", { class: "problems" }, wrong.map((one) => h("li", { class: "error" }, h("span", { class: "sign", "aria-hidden": "true" }, "✕"), h("div", {}, bdi(name(one) || one.file), h("span", { class: "quiet" }, bdi(one.problem)))))),
  );
}

const looking = (basket, what) => button(t("compare.load"), () => load(basket), { "aria-label": t("compare.load.what", { what }) });

// The worst basket

const searching = lastOnly();

async function lookForWorst() {
  fill(places.worst, h("p", { class: "quiet" }, t("compare.working")));
  try {
    const found = await searching("worst", typed({ ...versions(), effort: 400 }));
    if (found) drawWorst(found);
  } catch (error) {
    fill(places.worst, h("p", { class: "wrong" }, error.message));
  }
}

function drawWorst({ worst, carts, labels, problem }) {
  if (problem) return fill(places.worst, h("p", { class: "wrong" }, problem));
  const where = (one) => (one.store ? (state.start.stores.find((each) => each.name === one.store)?.title || one.store) : t("compare.worst.several"));
  const head = [t("compare.worst.list"), t("compare.old"), t("compare.new"), t("compare.worst.share")];
  fill(
    places.worst,
    h("p", {}, t("compare.worst.tried", { count: carts })),
    h("table", { class: "figures" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("compare.worst.where")), head.map((text) => h("th", { scope: "col", class: "amount" }, text)), h("td", {}))),
      h("tbody", {}, worst.map((one) => h("tr", {}, h("th", { scope: "row" }, bdi(where(one)), h("span", { class: "quiet" }, Object.keys(one.rules).map((rule, at) => [at > 0 && ", ", bdi(labels[rule] || rule)]))), h("td", {}, one.list), h("td", {}, one.pays_old ?? "–"), h("td", {}, one.pays), h("td", {}, `${one.percent} %`), h("td", {}, looking(one.basket, where(one))))))),
  );
}

// Past orders, from a file that stays on this machine

const replaying = lastOnly();

async function replay(file) {
  fill(places.orders, h("p", { class: "quiet" }, t("compare.working")));
  try {
    const orders = ordersIn(await textIn(file));
    const all = await replaying("orders", typed({ ...versions(), orders }));
    if (all) drawMany(places.orders, all, all.left_out > 0 && h("p", { class: "quiet" }, t("compare.orders.left", { count: all.left_out })), (one) => t("compare.order", { number: one.title }));
  } catch (error) {
    fill(places.orders);
    say(error.message, "wrong");
  }
}

async function textIn(file) {
  if (!file.name.endsWith(".gz")) return file.text();
  return new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** The carts of a file: one a line, or one alone. */
function ordersIn(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.length > 1 && !lines.slice(0, 2).every((line) => line.trim().startsWith("{") && line.trim().endsWith("}")) ? [text] : lines;
}

/** Savings by rule under both versions, as bars. */
function sums(one, label) {
  const rows = one.rules.slice(0, 12);
  if (!rows.length) return null;
  const most = Math.max(1, ...rows.flatMap((row) => [Number(row.old), Number(row.new)]));
  const wide = (value) => `inline-size:${((100 * Number(value)) / most).toFixed(1)}%`;
  return h("table", { class: "figures bars" },
    h("caption", {}, t("compare.sums", { currency: one.currency })),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, bdi(label(row.name))), h("td", { class: "bar", "aria-hidden": "true" }, h("span", { class: "old", style: wide(row.old) }), h("span", { style: wide(row.new) })), h("td", {}, `${row.old} → ${row.new}`)))));
}

function load(basket) {
  replace(basket);
  document.getElementById("tab-try").click();
}
