// The studio's page: puts the parts together and prices after each change.
import * as basket from "./basket.js";
import * as cards from "./cards.js";
import * as compare from "./compare.js";
import { ask, lastOnly } from "./desk.js";
import { button, dialog, field, h, paused, remember, remembered, say } from "./dom.js";
import * as overview from "./overview.js";
import * as receipt from "./receipt.js";
import { fragmentOf, isBasket, sharedIn, whole } from "./share.js";
import { emptyBasket, on, state, tell, type, typed, whenBought } from "./state.js";
import { choose, language, languages, t } from "./words.js";

const FAST = 60; // milliseconds after a keystroke
const SLOW = 150; // until reasons are asked for: who types on does not wait for them
const LONG = 300; // reading a folder: one that takes longer is shown before it is read
const WATCH = 2000; // between looks at the folder

const views = ["try", "compare", "overview"];
const parts = {};

function frame() {
  document.documentElement.lang = language;
  const theme = remembered("studio.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const tabs = views.map((name) => button(t(`view.${name}`), () => view(name), { role: "tab", id: `tab-${name}`, "aria-controls": `view-${name}`, "aria-selected": String(name === "try"), tabindex: name === "try" ? 0 : -1 }));
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": t("views") }, tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.indexOf(document.activeElement);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
  for (const name of ["cards", "basket", "receipt"]) parts[name] = h("section", { class: `pane ${name}`, "aria-label": t(`${name}.title`) });
  for (const name of views) parts[name] = h("div", { role: "tabpanel", id: `view-${name}`, class: `view ${name}`, "aria-labelledby": `tab-${name}`, hidden: name !== "try" });
  parts.try.append(parts.cards, parts.basket, parts.receipt);
  document.getElementById("first").remove();
  // Nothing can be kept or shared before there is anything: the buttons wait for the folder.
  parts.keeping = [button(t("example.save"), example), button(t("share"), share), button(t("print"), () => print())];
  for (const one of parts.keeping) (one.disabled = true), (one.title = t("opening"));
  parts.waiting = h("p", { class: "quiet waiting", role: "status" }, t("opening"));
  parts.sticky = h("button", { type: "button", class: "sticky", onclick: () => parts.receipt.scrollIntoView({ block: "start" }) });
  document.body.append(
    h("a", { class: "skip", href: "#view-try" }, t("skip")),
    h(
      "header",
      {},
      h("h1", {}, "Studio", h("span", { class: "quiet", id: "folder" })),
      list,
      h(
        "div",
        { class: "tools" },
        parts.keeping,
        h("select", { "aria-label": t("language"), onchange: (event) => choose(event.target.value) }, Object.entries(languages).map(([code, name]) => h("option", { value: code, selected: code === language, lang: code }, name))),
        button("◐", turn, { "aria-label": t("theme"), title: t("theme") }),
      ),
    ),
    h("main", {}, parts.waiting, views.map((name) => parts[name])),
    parts.sticky,
  );
}

function view(name) {
  for (const one of views) {
    parts[one].hidden = one !== name;
    const tab = document.getElementById(`tab-${one}`);
    tab.setAttribute("aria-selected", String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
  }
  document.body.dataset.view = name;
  tell("view", name);
}

function turn() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  remember("studio.theme", next);
}

// Pricing

const pricing = lastOnly();
const reasoning = lastOnly();
const checking = lastOnly();

async function price(why, asking) {
  if (!state.basket.lines.length) return tell("priced", { empty: true });
  tell("asking");
  try {
    const answer = await asking("price", typed({ basket: state.basket, why, language }));
    if (!answer) return;
    if (answer.quote) state.price = answer;
    tell("priced", answer);
    if (answer.quote) parts.sticky.textContent = `${t("receipt.total")} ${answer.quote.total} ${answer.quote.currency}`;
  } catch (error) {
    say(error.message, "wrong");
  }
  tell("asked");
}

let unchecked = false;
const soon = paused(async () => {
  await price("none", pricing);
  if (unchecked) check(); // in a large folder it takes longer than the price
}, FAST);
const later = paused(() => price("all", reasoning), SLOW);

async function check() {
  unchecked = false;
  const answer = await checking("check", typed()).catch(() => null);
  if (!answer) return;
  state.checked = answer;
  tell("checked");
}

function priceAnew() {
  reasoning.giveUp();
  soon();
  later();
  keep();
}

const keep = paused(() => {
  remember(`studio.basket.${state.folder.name}`, JSON.stringify(state.basket));
}, 500);

// Keeping and sharing

async function share() {
  const seen = Object.fromEntries(Object.keys(state.draft).map((path) => [path, cards.seenOf(path)]));
  const fragment = await fragmentOf({ basket: state.basket, draft: state.draft, seen });
  const link = h("textarea", { rows: 4, readonly: true, "aria-label": t("share.link") });
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  link.value = local ? fragment : location.href.split("#")[0] + fragment;
  const copy = () => navigator.clipboard.writeText(link.value).then(() => say(t("share.copied")), () => link.select());
  const got = h("input", { autocomplete: "off", placeholder: "#s1=…", oninput: () => got.setCustomValidity("") });
  const openIt = async () => {
    const sent = got.value.slice(Math.max(0, got.value.indexOf("#"))).trim();
    if (!(await sharedIn(sent))) return void (got.setCustomValidity(t("share.none")), got.reportValidity());
    got.closest("dialog").close();
    location.hash = sent;
  };
  got.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), openIt()));
  const received = [field(t("share.got"), got), h("p", {}, button(t("share.open"), openIt))];
  await dialog(t("share.title"), [h("p", {}, t(local ? "share.local" : "share.says")), field(t("share.link"), link), h("p", {}, button(t("share.copy"), copy)), received], { yes: t("close") });
}

async function example() {
  const files = Object.keys(state.folder.files).filter((path) => path.endsWith(".examples.md"));
  const own = state.file.endsWith(".promo") ? state.file.replace(/\.promo$/, ".examples.md") : files[0];
  const names = [...new Set([own, ...files].filter(Boolean))];
  const said = await dialog(
    t("example.title"),
    [h("p", {}, t("example.says")), field(t("example.sentence"), h("input", { name: "title", required: true, placeholder: t("example.hint"), autocomplete: "off" })), field(t("example.file"), h("select", { name: "file" }, names.map((name) => h("option", {}, name))))],
    { yes: t("example.yes"), no: t("cancel") },
  );
  if (!said) return;
  try {
    const made = await ask("example", typed({ basket: state.basket, title: said.title, file: said.file }));
    if (state.folder.can.save) await cards.put(made.file, made.text, cards.seenOf(made.file));
    else type(made.file, made.text), await cards.open(made.file);
  } catch (error) {
    say(error.message, "wrong");
  }
}

async function open() {
  const opening = ask("open");
  opening.catch(() => {}); // told below
  state.folder = await ask("folder");
  const { name, files } = state.folder;
  document.getElementById("folder").textContent = ` ${name}`;
  document.title = `Studio · ${name}`;
  cards.build(parts.cards);
  on("opened", (path) => remember(`studio.file.${name}`, path));
  const waiting = new Promise((go) => setTimeout(go, LONG, "long"));
  if ((await Promise.race([opening, waiting])) === "long") {
    const last = remembered(`studio.file.${name}`);
    const campaigns = Object.keys(files).filter((path) => path.endsWith(".promo") && !path.endsWith("policy.promo"));
    const path = last in files ? last : campaigns.sort().at(-1);
    if (path) await cards.open(path);
    parts.receipt.append(parts.waiting);
  }
  state.start = await opening;
}

async function take(fragment) {
  const shared = await sharedIn(fragment);
  if (!shared) return false;
  state.basket = whole(shared.basket);
  for (const [path, text] of Object.entries(shared.draft)) {
    if (typeof text !== "string") continue;
    state.draft[path] = text;
    const seen = shared.seen?.[path];
    if (typeof seen === "string" && seen !== (state.folder.files[path]?.fingerprint ?? "")) state.seen[path] = seen;
  }
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

function lastBasket() {
  try {
    const kept = JSON.parse(remembered(`studio.basket.${state.folder.name}`));
    return isBasket(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** The file of the campaign that began last before a moment and still holds, or of the last one. */
function campaignOf(at) {
  const all = state.start.campaigns.toSorted((one, other) => (other.from ?? "").localeCompare(one.from ?? ""));
  return (all.find((one) => (one.from ?? "") <= at && at < (one.until ?? "9")) ?? all[0])?.file;
}

async function begin() {
  frame();
  try {
    await open();
  } catch (error) {
    parts.waiting.remove();
    return void document.body.append(h("p", { class: "wrong", role: "alert" }, error.message));
  }
  parts.waiting.remove();
  basket.build(parts.basket);
  receipt.build(parts.receipt);
  compare.build(parts.compare);
  overview.build(parts.overview);
  if (document.body.dataset.view) tell("view", document.body.dataset.view); // chosen before there was anybody to hear it
  on("typed", () => ((unchecked = true), priceAnew()));
  on("saved", () => tell("typed", ""));
  whenBought(priceAnew);
  const linked = await take(location.hash);
  if (!linked) state.basket = whole(lastBasket() ?? emptyBasket(state.start));
  tell("basket");
  const first = Object.keys(state.draft)[0] ?? (state.file || null) ?? campaignOf(state.basket.at ?? "") ?? Object.keys(state.folder.files).find((path) => path.endsWith(".promo")) ?? "";
  if (first) await cards.open(first);
  tell("typed", "");
  for (const one of parts.keeping) (one.disabled = false), one.removeAttribute("title");
  addEventListener("hashchange", async () => {
    if (!(await take(location.hash))) return;
    tell("basket");
    const file = Object.keys(state.draft)[0];
    if (file) await cards.open(file);
    tell("typed", "");
  });
  if (state.folder.can.save) setInterval(() => document.visibilityState === "visible" && cards.follow(), WATCH);
}

begin();
