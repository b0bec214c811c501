// Overview: which campaigns hold when, and all cards to look through.
import { ask, lastOnly } from "./desk.js";
import { bdi, field, fill, h, paused, say } from "./dom.js";
import { on, state, tell, typed } from "./state.js";
import { t } from "./words.js";

const places = {};

export function build(place) {
  places.search = h("input", { type: "search", autocomplete: "off", oninput: () => look() });
  places.count = h("p", { class: "quiet", role: "status" });
  places.cards = h("ul", { class: "cardlist" });
  places.calendar = h("section", {});
  place.append(h("div", { class: "sheet" }, h("h2", {}, t("overview.calendar")), places.calendar, h("h2", {}, t("overview.cards")), field(t("cards.search"), places.search), places.count, places.cards));
  on("view", (name) => name === "overview" && begin());
}

async function begin() {
  try {
    state.start = await ask("open", typed());
  } catch (error) {
    return say(error.message, "wrong");
  }
  calendar(state.start.campaigns);
  look();
}

// Time: one row a campaign, a line for the day of the basket

function calendar(campaigns) {
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
  const row = (one) => {
    const from = one.from ? day(one.from) : first;
    const until = one.until ? day(one.until) : last;
    const holds = from <= at && at < until;
    const dates = `${one.from?.slice(0, 10) ?? "…"} – ${one.until ? before(one.until) : "…"}`;
    return h("tr", { class: holds ? "holds" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "link", onclick: () => open(one) }, bdi(one.label || one.name)), h("span", { class: "quiet" }, dates, holds && ` · ${t("overview.holds")}`)),
      h("td", { class: "time", "aria-hidden": "true" }, h("span", { class: "span", style: `inset-inline-start:${part(from)};inline-size:${((100 * (until - from)) / (last - first)).toFixed(2)}%` }), h("span", { class: "now", style: `inset-inline-start:${part(at)}` })));
  };
  fill(places.calendar, h("p", { class: "quiet" }, t("overview.day", { day: at_.slice(0, 10), many: shown.filter((one) => (!one.from || day(one.from) <= at) && (!one.until || at < day(one.until))).length })), h("table", { class: "calendar" }, h("tbody", {}, shown.map(row))));
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
