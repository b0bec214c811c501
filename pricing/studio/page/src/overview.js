// Overview: which campaigns hold when, and all cards to look through.
import { ask, lastOnly } from "./desk.js";
import { bdi, button, field, fill, h, heard, paused, say } from "./dom.js";
import { on, state, tell, typed } from "./state.js";
import { t } from "./words.js";

const places = {};
const reporting = lastOnly();
const ways = ["rule", "seller,month", "payer,month", "campaign,rule"];

export function build(place) {
  places.search = h("input", { type: "search", autocomplete: "off", oninput: () => look() });
  places.count = h("p", { class: "quiet", role: "status" });
  places.cards = h("ul", { class: "cardlist" });
  places.calendar = h("section", {});
  places.report = h("div", { "aria-live": "polite" });
  places.by = h("select", { onchange: () => report() }, ways.map((by) => h("option", { value: by }, t(`report.by.${by}`))));
  places.books = h("section", { hidden: !state.folder.can.report }, h("h2", {}, t("report.title")), h("p", { class: "asked" }, field(t("report.by"), places.by)), places.report);
  places.codes = h("div", { "aria-live": "polite" });
  const codes = h("section", { hidden: !state.folder.can.report }, h("h2", {}, t("codes.title")), h("p", { class: "quiet" }, t("codes.says")), places.codes);
  place.append(h("div", { class: "sheet" }, h("h2", {}, t("overview.calendar")), places.calendar, places.books, codes, h("h2", {}, t("overview.cards")), field(t("cards.search"), places.search), places.count, places.cards));
  on("view", (name) => name === "overview" && begin());
}

async function begin() {
  let odd;
  try {
    [state.start, odd] = await Promise.all([ask("open", typed()), ask("calendar", typed())]);
  } catch (error) {
    return say(error.message, "wrong");
  }
  calendar(state.start.campaigns, odd);
  look();
  if (state.folder.can.report) report(), codes();
}

// What it has cost, from the ledger

async function report() {
  try {
    const told = await reporting("report", { by: places.by.value });
    if (told) drawReport(told);
  } catch (error) {
    fill(places.report, h("p", { class: "wrong" }, error.message));
  }
}

function drawReport({ columns, rows, numbers, totals, csv, xlsx, budgets }) {
  const cell = (text, at) => h(at === 0 ? "th" : "td", { scope: at === 0 ? "row" : null, class: numbers.includes(at) ? "amount" : "words" }, bdi(text));
  fill(
    places.report,
    budgets.length > 0 && h("table", { class: "figures bars" }, h("caption", {}, t("report.budgets")), h("tbody", {}, budgets.map((one) => h("tr", {}, h("th", { scope: "row" }, bdi(one.label || one.rule)), h("td", { class: "bar", "aria-hidden": "true" }, h("span", { style: `inline-size:${Math.min(one.percent, 100)}%` })), h("td", {}, t("report.budget", one)))))),
    rows.length ? h("div", { class: "wide-table", tabindex: 0, role: "region", "aria-label": t("report.title") }, h("table", { class: "figures" }, h("thead", {}, h("tr", {}, columns.map((text, at) => h("th", { scope: "col", class: numbers.includes(at) ? "amount" : "" }, text)))), h("tbody", {}, rows.map((row, at) => h("tr", { class: at >= rows.length - totals ? "last" : "" }, row.map(cell)))))) : h("p", { class: "quiet" }, t("report.none")),
    rows.length > 0 && h("p", { class: "buttons" }, h("a", { class: "download", download: "report.csv", href: blob([csv], "text/csv") }, "CSV"), xlsx && h("a", { class: "download", download: "report.xlsx", href: blob([Uint8Array.from(atob(xlsx), (sign) => sign.charCodeAt(0))], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") }, "XLSX")),
  );
}

// Single codes, kept in the ledger

async function codes() {
  try {
    drawCodes((await ask("codes")).rules);
  } catch (error) {
    fill(places.codes, h("p", { class: "wrong" }, error.message));
  }
}

function drawCodes(rules) {
  if (!rules.length) return fill(places.codes, h("p", { class: "quiet" }, t("codes.none")));
  fill(places.codes, h("ul", { class: "cardlist" }, rules.map((one) => {
    const most = Math.max(Math.min(one.most - one.free - one.held - one.used, 100_000), 0);
    const many = h("input", { type: "number", min: 1, max: most, step: 1, value: Math.min(most, 100), required: true, disabled: !most, "data-key": `many ${one.rule}` });
    const made = h("p", { role: "status" }, fresh[one.rule] && h("a", { class: "download", download: `${one.rule}-new.csv`, href: fresh[one.rule] }, t("codes.new")));
    const mint = button(t("codes.mint"), () => many.reportValidity() && minted(one, many.valueAsNumber, mint, made), { disabled: !most, "data-key": `mint ${one.rule}` });
    const states = h("span", { class: "quiet" }, t("codes.states", one));
    return h("li", { class: "codes" }, h("b", {}, bdi(one.label || one.rule)), h("span", { class: "quiet" }, h("code", {}, bdi(one.pattern))), states, h("div", { class: "asked" }, field(t("codes.many"), many), mint, button(t("codes.export"), () => listed(one), { "data-key": `list ${one.rule}` })), made);
  })));
}

const fresh = {}; // rule -> address of the codes that were made last

async function minted(one, many, mint, made) {
  mint.disabled = true;
  try {
    one.key ??= crypto.randomUUID(); // pressed again after a failure, it makes no second batch
    const told = await ask("mint", { rule: one.rule, many, key: one.key });
    say(t("codes.minted", { count: told.codes.length }));
    if (fresh[one.rule]) URL.revokeObjectURL(fresh[one.rule]);
    fresh[one.rule] = URL.createObjectURL(new Blob([told.csv], { type: "text/csv" }));
    await codes();
  } catch (error) {
    mint.disabled = false;
    fill(made, h("span", { class: "wrong" }, error.message));
  }
}

async function listed(one) {
  try {
    save(`${one.rule}.csv`, (await ask("listed", { rule: one.rule })).csv);
  } catch (error) {
    say(error.message, "wrong");
  }
}

/** Takes a text home as a file. */
function save(name, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

let given = [];
/** An address of some bytes; those of the last report are given back. */
function blob(parts, type) {
  if (given.length > 1) given.splice(0).forEach((one) => URL.revokeObjectURL(one));
  given.push(URL.createObjectURL(new Blob(parts, { type })));
  return given.at(-1);
}

// Time: one row a campaign, a line for the day of the basket

function calendar(campaigns, { gaps, overlaps, more }) {
  const known = campaigns.filter((one) => one.from || one.until);
  if (!known.length) return fill(places.calendar, h("p", { class: "quiet" }, t("overview.none")));
  const day = (text) => Date.parse(`${text.slice(0, 10)}T00:00Z`) / 86_400_000;
  const at_ = state.basket.at ?? known[0].from ?? known[0].until;
  const at = day(at_);
  const near = known.filter((one) => !one.until || day(one.until) >= at - 200);
  const shown = (near.length ? near : known).toSorted((one, other) => (one.from ?? "").localeCompare(other.from ?? ""));
  const first = Math.min(at, ...shown.map((one) => (one.from ? day(one.from) : at)));
  const last = Math.max(at + 1, ...shown.map((one) => (one.until ? day(one.until) : at + 30)));
  const part = (value) => `${((100 * (value - first)) / (last - first)).toFixed(2)}%`;
  // A mark from one day through another, as far as it is shown.
  const mark = (cls, one) => {
    const from = Math.max(one.from ? day(one.from) : first, first);
    const until = Math.min(one.through ? day(one.through) + 1 : last, last);
    return from < until && h("span", { class: cls, style: `inset-inline-start:${part(from)};inline-size:${part(first + until - from)}` });
  };
  const gapsOf = (one) => gaps.filter((gap) => gap.campaign === one.name);
  const overlapsOf = (one) => overlaps.filter((each) => each.rules.some((rule) => rule.campaign === one.name));
  const row = (one) => {
    const from = one.from ? day(one.from) : first;
    const until = one.until ? day(one.until) : last;
    const holds = from <= at && at < until;
    const dates = `${one.from?.slice(0, 10) ?? "…"} – ${one.until ? before(one.until) : "…"}`;
    return h("tr", { class: holds ? "holds" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => open(one) }, bdi(one.label || one.name)), h("span", { class: "quiet" }, dates, holds && ` · ${t("overview.holds")}`), gapsOf(one).map(gapTold)),
      h("td", { class: "time", "aria-hidden": "true" }, h("span", { class: "span", style: `inset-inline-start:${part(from)};inline-size:${part(first + until - from)}` }), gapsOf(one).flatMap((gap) => gap.spans.map((span) => mark("gap", span))), overlapsOf(one).map((each) => mark("overlap", each)), h("span", { class: "now", style: `inset-inline-start:${part(at)}` })));
  };
  fill(places.calendar, h("p", { class: "quiet" }, t("overview.day", { day: at_.slice(0, 10), many: shown.filter((one) => (!one.from || day(one.from) <= at) && (!one.until || at < day(one.until))).length })), h("table", { class: "calendar" }, h("tbody", {}, shown.map(row))), h("p", { class: "quiet legend" }, ["gap", "overlap"].map((cls) => h("span", {}, h("span", { class: cls, "aria-hidden": "true" }), t(`overview.legend.${cls}`)))), overlapsTold(overlaps, more));
}

const days = (one) => (one.from === one.through ? one.from : `${one.from ?? "…"} – ${one.through ?? "…"}`);

const gapTold = (gap) => h("span", { class: "quiet odd" }, h("span", { "aria-hidden": "true" }, "◌ "), t("overview.gap", { kind: gap.kind, count: gap.days, days: gap.spans.map(days).join(", ") }));

/** Pairs of cards of one kind that hold on a same day for the same goods. */
function overlapsTold(overlaps, more) {
  if (!overlaps.length) return h("p", { class: "quiet" }, t("overview.overlaps.none"));
  const card = (rule) => h("button", { type: "button", class: "link", onclick: () => open(rule) }, bdi(rule.label || rule.name));
  return h("details", { class: "overlaps" },
    h("summary", {}, t("overview.overlaps", { count: overlaps.length + more })),
    h("ul", {}, overlaps.map((each) => h("li", {}, card(each.rules[0]), h("span", { "aria-hidden": "true" }, " ↔ "), heard(t("overview.and")), card(each.rules[1]), h("span", { class: "quiet" }, `${each.kind} · ${days(each)}`)))),
    more > 0 && h("p", { class: "quiet" }, t("overview.overlaps.more", { count: more })));
}

/** The day before a moment that no longer belongs to it. */
function before(until) {
  if (!until.endsWith("T00:00")) return until.replace("T", " ");
  return new Date(Date.parse(`${until}Z`) - 86_400_000).toISOString().slice(0, 10);
}

function open(rule) {
  document.getElementById("tab-try").click();
  tell("show card", rule);
}

const latest = lastOnly();
const look = paused(async () => {
  const answer = await latest("cards", typed({ search: places.search.value, most: 100 })).catch(() => null);
  if (!answer) return;
  places.count.textContent = answer.total > answer.cards.length ? t("basket.found.more", { shown: answer.cards.length, total: answer.total }) : t("overview.count", { count: answer.total });
  fill(places.cards, answer.cards.map((card) => h("li", {}, h("button", { type: "button", class: "link", onclick: () => open(card) }, bdi(card.label || card.name)), h("span", { class: "quiet" }, `${card.what} · `, bdi(card.name), ` · ${card.file}`))));
}, 150);
