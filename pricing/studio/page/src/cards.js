// The cards: files, search, findings with their fixes, saving without running over anybody.
import { Refused, ask } from "./desk.js";
import { bdi, button, dialog, field, fill, h, heard, onlyNew, paused, say } from "./dom.js";
import { build as buildEditor, edited, forget, goTo, markFired, replaceText, show, showFindings, shows } from "./editor.js";
import { on, state, tell, textOf, typed } from "./state.js";
import { t } from "./words.js";

const places = {};

export function build(place) {
  places.files = h("select", { "aria-label": t("cards.file"), onchange: () => open(places.files.value) });
  places.save = button(t("cards.save"), save, { class: "main", disabled: true });
  places.undo = button(t("cards.discard"), discard, { disabled: true });
  places.search = h("input", { type: "search", autocomplete: "off", placeholder: t("cards.search.hint"), "aria-label": t("cards.search"), oninput: () => look(places.search.value) });
  places.found = h("ul", { class: "found", "aria-label": t("cards.found") });
  places.editor = h("div", { class: "editor" });
  places.state = h("p", { class: "state", role: "status" });
  places.problems = h("ul", { class: "problems", "aria-live": "polite", "aria-label": t("problems.title") });
  place.append(
    h("h2", {}, t("cards.title")),
    h("div", { class: "bar" }, places.files, button(t("cards.new"), begin), button(t("cards.format"), format), places.undo, places.save),
    h("div", { class: "searching" }, places.search, places.found),
    places.editor,
    places.state,
    places.problems,
  );
  buildEditor(places.editor);
  on("typed", () => drawFiles());
  on("checked", () => drawProblems());
  on("priced", (answer) => answer.quote && fired(answer));
  on("show card", (rule) => rule?.file && find(rule.file, rule.line));
  on("show file", (path) => path in state.folder.files && path !== state.file && open(path));
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") event.preventDefault(), save();
  });
  addEventListener("beforeunload", (event) => Object.keys(state.draft).length && state.folder.can.save && event.preventDefault());
}

// Files

const shownFiles = () => [Object.keys(state.folder.files), Object.keys(state.draft), state.file, state.folder.can.save];

const drawFiles = onlyNew(() => {
  const groups = { campaign: [], policy: [], catalogue: [], examples: [] };
  const paths = new Set([...Object.keys(state.folder.files), ...Object.keys(state.draft)]);
  const what = (path) => (path.endsWith(".examples.md") ? "examples" : path.startsWith("catalogue/") ? "catalogue" : path.endsWith("policy.promo") ? "policy" : "campaign");
  for (const path of [...paths].sort()) groups[what(path)].push(path);
  fill(
    places.files,
    Object.entries(groups).filter(([, files]) => files.length).map(([name, files]) => h("optgroup", { label: t(`cards.group.${name}`) }, files.map((path) => h("option", { value: path, selected: path === state.file }, `${path in state.draft ? "● " : ""}${path.replace(/^campaigns\//, "")}`)))),
  );
  const changed = state.file in state.draft;
  places.save.disabled = !changed;
  places.save.textContent = state.folder.can.save ? t("cards.save") : t("cards.download");
  places.undo.disabled = !changed;
}, shownFiles);

/** Opens a file in the editor; goes to a line when one is named. */
export async function open(path, line = null) {
  if (!(path in state.saved) && path in state.folder.files) {
    try {
      const answer = await ask("read", { path });
      state.saved[path] = answer.text;
      state.folder.files[path] = { fingerprint: answer.fingerprint, locked: answer.locked };
    } catch (error) {
      return say(error.message, "wrong");
    }
  }
  show(path);
  drawFiles();
  drawProblems();
  if (state.price?.quote) fired(state.price);
  if (line !== null) goTo(line);
  tell("opened", path);
}

async function find(file, line) {
  if (file === state.file) goTo(line);
  else await open(file, line);
  places.editor.scrollIntoView({ block: "nearest" });
}

function fired({ quote, rules }) {
  const sums = {};
  for (const use of quote.used) (sums[use.rule] ??= []).push(use.amount);
  const total = (amounts) => (amounts.length === 1 ? amounts[0] : plus(amounts));
  markFired(Object.entries(sums).filter(([rule]) => rules[rule]?.file === state.file).map(([rule, amounts]) => ({ line: rules[rule].line, amount: `−${total(amounts)}` })));
}

/** Amounts as text added without rounding: in minor units, as whole numbers. */
export function plus(amounts) {
  const places_ = Math.max(...amounts.map((one) => one.split(".")[1]?.length ?? 0));
  const sum = amounts.reduce((all, one) => all + BigInt(one.replace(".", "").padEnd(one.replace(".", "").length + places_ - (one.split(".")[1]?.length ?? 0), "0")), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(places_ + 1, "0");
  return `${sum < 0n ? "-" : ""}${places_ ? `${digits.slice(0, -places_)}.${digits.slice(-places_)}` : digits}`;
}

// Search over cards

const look = paused(async (text) => {
  if (!text.trim()) return fill(places.found);
  const answer = await ask("cards", typed({ search: text, most: 15 })).catch(() => null);
  if (!answer || places.search.value !== text) return;
  fill(
    places.found,
    answer.cards.map((card) => h("li", {}, button([bdi(card.label || card.name), h("span", { class: "quiet" }, `${card.what} · ${card.file}`)], () => {
      fill(places.found);
      find(card.file, card.line);
    }))),
    answer.total > answer.cards.length && h("li", { class: "quiet" }, t("basket.found.more", { shown: answer.cards.length, total: answer.total })),
    answer.total === 0 && h("li", { class: "quiet" }, t("cards.found.none")),
  );
}, 150);

// Findings

const drawProblems = onlyNew(() => {
  const { errors, warnings, problems } = state.checked;
  const text = !state.start ? t("opening") : errors ? t("problems.errors", { count: errors }) : warnings ? t("problems.warnings", { count: warnings }) : t("problems.none");
  if (places.state.textContent !== text) places.state.textContent = text;
  places.state.className = `state ${errors ? "wrong" : warnings ? "doubt" : "fine"}`;
  showFindings(problems, (fix) => edited(fix.edits));
  fill(places.problems, problems.slice(0, 50).map(problem));
}, () => [state.checked, state.file, shows, Boolean(state.start)]);

function problem(one, place) {
  const sign = { error: "✕", warning: "!", hint: "i" }[one.severity];
  const where = one.from ? `${one.file.replace(/^campaigns\//, "")}, ${t("problems.line", { line: one.from.line + 1 })}` : one.file;
  return h(
    "li",
    { class: one.severity },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    h("div", {}, h("button", { type: "button", class: "link", "data-key": `problem ${place}`, onclick: () => one.from && find(one.file, one.from.line) }, heard(`${t(`problems.${one.severity}`)}: `), bdi(one.message)), h("span", { class: "quiet" }, where, " ", one.code), one.helps.map((text) => h("span", { class: "help" }, bdi(text)))),
    one.fixes.map((fix, at) => button(fix.says, () => edited(fix.edits), { class: "fix", "data-key": `fix ${place} ${at}` })),
  );
}

async function format() {
  const answer = await ask("format", typed({ file: state.file })).catch((error) => ({ problem: error.message }));
  if (answer.problem) say(answer.problem, "wrong");
  else if (answer.changed) replaceText(answer.text);
  else say(t("cards.format.fine"));
}

// Saving

async function save() {
  const path = state.file;
  if (!(path in state.draft)) return;
  if (!state.folder.can.save) return download(path, state.draft[path]);
  await put(path, state.draft[path], seenOf(path));
}

/** The fingerprint of what was seen before it was typed at; empty: there was no such file. */
export const seenOf = (path) => state.seen[path] ?? state.folder.files[path]?.fingerprint ?? "";

/** Writes a file; where somebody else was faster, asks what is to be done. True when it is written. */
export async function put(path, text, seen) {
  try {
    const answer = await ask("save", { path, text, seen });
    taken(path, text, answer.fingerprint);
    say(t("cards.saved", { file: path }));
    return true;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) return void say(error.message, "wrong");
    return conflict(path, text, error.answer);
  }
}

function taken(path, text, fingerprint) {
  delete state.seen[path];
  state.saved[path] = text;
  state.folder.files[path] = { fingerprint, locked: "" };
  if (state.draft[path] === text) delete state.draft[path];
  drawFiles();
  tell("saved", path);
}

/** The lines of a text; those that another text has not are marked. */
function beside(text, other) {
  const known = new Set(other.split("\n"));
  return text.split("\n").map((line, at) => [at > 0 && "\n", known.has(line) || !line.trim() ? line : h("mark", {}, line)]);
}

async function conflict(path, text, { theirs, fingerprint }) {
  const mine = h("pre", { tabindex: 0, "aria-label": t("conflict.mine") }, beside(text, theirs ?? text));
  const other = h("pre", { tabindex: 0, "aria-label": t("conflict.theirs") }, theirs === null ? t("conflict.gone") : beside(theirs, text));
  const way = h("fieldset", {}, ["mine", "theirs"].map((one) => h("label", { class: "check" }, h("input", { type: "radio", name: "way", value: one, checked: one === "mine" }), t(`conflict.take.${one}`))));
  const asked = dialog(t("conflict.title"), [h("p", {}, t("conflict.says", { file: path })), h("div", { class: "sides" }, h("div", {}, h("h3", {}, t("conflict.mine")), mine), h("div", {}, h("h3", {}, t("conflict.theirs")), other)), way], { yes: t("conflict.yes"), no: t("cancel") });
  for (const side of [mine, other]) side.scrollTop = (side.querySelector("mark")?.offsetTop ?? side.offsetTop) - side.offsetTop - 30;
  const said = await asked;
  if (said?.way === "mine") return put(path, text, fingerprint);
  if (said?.way === "theirs") await theirsIn(path, theirs, fingerprint);
  return false;
}

/** What somebody else has written takes the place of what was here. */
async function theirsIn(path, text, fingerprint) {
  delete state.draft[path];
  delete state.seen[path];
  forget(path);
  if (text === null) {
    delete state.saved[path];
    delete state.folder.files[path];
  } else {
    state.saved[path] = text;
    state.folder.files[path] = { fingerprint, locked: "" };
  }
  if (path === state.file) show(text === null ? Object.keys(state.folder.files)[0] : path, { again: true });
  drawFiles();
  drawProblems();
  tell("typed", path);
}

async function discard() {
  const path = state.file;
  delete state.draft[path];
  if (path in state.seen) delete state.saved[path]; // there is a newer one in the folder
  delete state.seen[path];
  forget(path);
  if (path in state.saved) show(path, { again: true }), drawProblems();
  else if (path in state.folder.files) await open(path);
  else await open(Object.keys(state.folder.files).find((one) => one.endsWith(".promo")) ?? "");
  drawFiles();
  tell("typed", path);
}

function download(path, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: path.split("/").at(-1) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Looks for what others have changed in the folder; what nobody is typing at is taken over. */
export async function follow() {
  const answer = await ask("folder").catch(() => null);
  if (!answer) return;
  const before = { ...state.folder.files };
  const gone = Object.keys(before).filter((path) => !(path in answer.files));
  const changed = Object.keys(answer.files).filter((path) => before[path]?.fingerprint !== answer.files[path].fingerprint);
  if (!gone.length && !changed.length) return;
  for (const path of [...gone, ...changed]) {
    const was = before[path]?.fingerprint ?? "";
    if (path in answer.files) state.folder.files[path] = answer.files[path];
    else delete state.folder.files[path];
    if (path in state.draft) {
      state.seen[path] ??= was; // so that saving asks
      say(t("cards.elsewhere.mine", { file: path }), "wrong");
      continue;
    }
    const known = path in state.saved;
    delete state.saved[path];
    forget(path);
    if (known && path === state.file) await open(path in answer.files ? path : Object.keys(answer.files)[0]);
    say(t("cards.elsewhere", { file: path }));
  }
  drawFiles();
  tell("typed", "");
}

// A new campaign

async function begin() {
  if (!state.start) return; // the folder is still being read
  const day = state.basket.at?.slice(0, 10) ?? "";
  const input = (name, props) => h("input", { name, required: true, ...props });
  const said = await dialog(
    t("new.title"),
    [
      field(t("new.name"), input("name", { pattern: "[a-z0-9][a-z0-9._\\-]*", placeholder: "autumn-2026", autocomplete: "off" }), h("small", {}, t("new.name.help"))),
      field(t("new.label"), input("label", { placeholder: t("new.label.hint"), pattern: '[^"]*' })),
      h("div", { class: "grid" }, field(t("new.first"), input("first", { type: "date", value: day })), field(t("new.last"), input("last", { type: "date" }))),
    ],
    { yes: t("new.yes"), no: t("cancel") },
  );
  if (!said) return;
  const path = `campaigns/${said.name}.promo`;
  if (path in state.folder.files || path in state.draft) return say(t("new.there", { file: path }), "wrong");
  const { currency, zone } = state.start;
  state.draft[path] = [
    `campaign ${said.name} "${said.label}"`,
    `  currency    ${currency}`,
    `  zone        ${zone}`,
    `  valid       from ${said.first} through ${said.last}`,
    "",
    "",
  ].join("\n");
  await open(path, 5);
  tell("typed", path);
  say(t("new.made"));
}
