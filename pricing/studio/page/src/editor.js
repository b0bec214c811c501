// The cards: CodeMirror with findings, completion and explanations from the desk.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { ask } from "./desk.js";
import { h } from "./dom.js";
import { state, textOf, type, typed } from "./state.js";
import { language, t } from "./words.js";

let view;
const states = {}; // path -> the editor's state of a file, with its history
const editable = new Compartment();

// Colours: the words come from the desk, so that they are those of the language.

function colours(words) {
  const set = (list) => new Set(list);
  const heads = set(words.heads);
  const first = set(words.first);
  const inner = set(words.inner);
  const days = set(words.days);
  const kinds = words.kinds.toSorted((one, other) => other.length - one.length);
  return StreamLanguage.define({
    startState: () => ({ place: 0 }),
    token(stream, now) {
      if (stream.sol()) now.place = 0;
      if (stream.eatSpace()) return null;
      if (stream.match(/#.*/)) return "comment";
      if (stream.match(/"[^"]*"?/)) return "string";
      const place = now.place++;
      if (place === 0 || now.place > 0) {
        const kind = kinds.find((one) => stream.match(new RegExp(`^${one.replace(" ", "[ \\t]+")}(?=[\\s,]|$)`)));
        if (kind) return place === 0 ? ((now.place = 100), "definition") : "typeName";
      }
      if (stream.match(/\d{4}-\d\d-\d\d(?=[\s,]|$)/) || stream.match(/\d{1,2}:\d\d(?=[\s,]|$)/)) return "number";
      if (stream.match(/\d+(\.\d+)?%?(?=[\s,|]|$)/)) return "number";
      const word = stream.match(/[^\s,"#=|]+/);
      if (!word) return void stream.next();
      if (place === 100) return "className";
      if (place === 0 && heads.has(word[0])) return (now.place = 100), "definition";
      if (place === 0 && first.has(word[0])) return "keyword";
      if (days.has(word[0])) return "atom";
      return inner.has(word[0]) ? "operatorKeyword" : null;
    },
    tokenTable: { definition: tags.definitionKeyword, operatorKeyword: tags.operatorKeyword },
  });
}

const style = HighlightStyle.define([
  { tag: tags.definitionKeyword, color: "var(--code-head)", fontWeight: "600" },
  { tag: tags.className, color: "var(--code-name)", fontWeight: "600" },
  { tag: tags.keyword, color: "var(--code-word)" },
  { tag: tags.operatorKeyword, color: "var(--code-inner)" },
  { tag: tags.typeName, color: "var(--code-word)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.atom, color: "var(--code-number)" },
]);

// Cards that fired: a mark behind their first line.

class Fired extends WidgetType {
  constructor(amount) {
    super();
    this.amount = amount;
  }
  eq(other) {
    return other.amount === this.amount;
  }
  toDOM() {
    return h("span", { class: "fired" }, `✓ ${t("editor.fired", { amount: this.amount })}`);
  }
}

const setFired = StateEffect.define();
// Where cards begin, as offsets; the marks are laid anew over each text, so that they stay at the end of that line.
const fired = StateField.define({
  create: () => [],
  update(cards, transaction) {
    for (const effect of transaction.effects) if (effect.is(setFired)) return effect.value;
    if (!transaction.docChanged) return cards;
    return cards.map((card) => ({ ...card, at: transaction.changes.mapPos(card.at, 1) }));
  },
  provide: (field) => EditorView.decorations.compute([field], (now) => marks(now.doc, now.field(field))),
});

function marks(doc, cards) {
  return Decoration.set(
    cards.flatMap(({ at, amount }) => {
      const line = doc.lineAt(at);
      return [Decoration.line({ class: "cm-fired" }).range(line.from), Decoration.widget({ widget: new Fired(amount), side: 1 }).range(line.to)];
    }),
    true,
  );
}

/** Marks the cards of the open file that took part; `cards` has {line, amount}. */
export function markFired(cards) {
  if (!view) return;
  const { doc } = view.state;
  const known = cards.filter(({ line }) => line >= 0 && line < doc.lines);
  view.dispatch({ effects: setFired.of(known.map(({ line, amount }) => ({ at: doc.line(line + 1).from, amount }))) });
}

// Places

const offset = (doc, place) => {
  const line = doc.line(Math.min(Math.max(place.line + 1, 1), doc.lines));
  return Math.min(line.from + place.character, line.to);
};
const place = (doc, at) => {
  const line = doc.lineAt(at);
  return { line: line.number - 1, character: at - line.from };
};

// Findings

/** Shows the findings of the open file where they stand. */
export function showFindings(problems, mend) {
  if (!view) return;
  const { doc } = view.state;
  const found = problems
    .filter((one) => one.file === state.file && one.from)
    .map((one) => ({
      from: offset(doc, one.from),
      to: Math.max(offset(doc, one.to), offset(doc, one.from)),
      severity: one.severity === "hint" ? "info" : one.severity,
      message: [one.message, one.caret, ...one.notes, ...one.helps].filter(Boolean).join("\n"),
      source: one.code,
      actions: one.fixes.map((fix) => ({ name: fix.says, apply: () => mend(fix) })),
    }));
  view.dispatch(setDiagnostics(view.state, found));
}

/** Does the edits of a fix, in whichever files they are. */
export function edited(edits) {
  for (const path of new Set(edits.map((edit) => edit.file))) {
    const mine = edits.filter((edit) => edit.file === path);
    if (path === state.file) {
      const { doc } = view.state;
      const changes = mine.map((edit) => ({ from: offset(doc, edit.from), to: offset(doc, edit.to), insert: edit.insert }));
      view.dispatch({ changes, userEvent: "input.fix" });
    } else {
      const lines = EditorState.create({ doc: textOf(path) });
      const changes = mine.map((edit) => ({ from: offset(lines.doc, edit.from), to: offset(lines.doc, edit.to), insert: edit.insert }));
      delete states[path];
      type(path, lines.update({ changes }).state.doc.toString());
    }
  }
}

// Completion and explanations

const signs = { word: "keyword", kind: "class", name: "variable", value: "constant" };

async function complete(context) {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (!context.explicit && !/[\w",/-]$/.test(before) && !/\S\s$/.test(before)) return null;
  const answer = await ask("complete", typed({ file: state.file, line: line.number - 1, before })).catch(() => null);
  if (!answer?.offers.length) return null;
  return {
    from: context.pos - answer.begun,
    options: answer.offers.map((offer, order) => ({
      label: offer.text,
      type: signs[offer.what],
      detail: offer.says.length <= 40 ? offer.says : "",
      boost: -Math.min(order, 99),
      info: offer.example || offer.says.length > 40 ? () => example(offer) : undefined,
    })),
    validFor: /^[\w"/.-]*$/,
  };
}

const example = (offer) => h("div", {}, h("p", {}, offer.says), offer.example && h("pre", {}, offer.example));

const explained = hoverTooltip(async (editor, at) => {
  const answer = await ask("hover", typed({ file: state.file, ...place(editor.state.doc, at) })).catch(() => null);
  if (!answer?.text) return null;
  return {
    pos: offset(editor.state.doc, answer.from),
    end: offset(editor.state.doc, answer.to),
    create: () => ({ dom: h("div", { class: "explained" }, markdown(answer.text)) }),
  };
});

/** The little of Markdown that the desk writes: paragraphs, blocks, bold. */
export function markdown(text) {
  return text.split(/```(?:promo)?\n?/).flatMap((part, odd) => {
    if (odd % 2) return [h("pre", {}, part.trimEnd())];
    return part
      .split(/\n\n+/)
      .filter((one) => one.trim())
      .map((one) => h("p", {}, one.split(/\*\*/).map((piece, bold) => (bold % 2 ? h("b", {}, piece) : piece.replaceAll("*", "")))));
  });
}

// The editor

const phrases = () => (language === "en" ? {} : { "No diagnostics": t("problems.none"), close: t("close") });

function fresh(text, locked) {
  return EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      EditorView.lineWrapping, // nothing is out of sight on a narrow page
      highlightActiveLine(),
      highlightSelectionMatches(),
      closeBrackets(),
      search({ top: true }),
      lintGutter(),
      explained,
      fired,
      autocompletion({ override: [complete], icons: false, activateOnTyping: true, defaultKeymap: true }),
      colours(state.folder.words),
      syntaxHighlighting(style),
      keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": t("editor.label"), spellcheck: "false", translate: "no" }),
      EditorView.updateListener.of((update) => update.docChanged && type(state.file, update.state.doc.toString())),
      EditorState.phrases.of(phrases()),
      editable.of(EditorState.readOnly.of(Boolean(locked))),
    ],
  });
}

/** How often a file was shown: marks of findings are to be set anew each time. */
export let shows = 0;

/** Shows a file; its history is kept while the page is open. */
export function show(path, { again = false } = {}) {
  if (view && state.file) states[state.file] = view.state;
  state.file = path;
  if (again || !states[path] || states[path].doc.toString() !== textOf(path)) {
    states[path] = fresh(textOf(path), state.folder.files[path]?.locked);
  }
  view.setState(states[path]);
  shows += 1;
}

export function forget(path) {
  delete states[path];
}

/** Puts a whole text in the place of the open file's, as one change that can be undone. */
export function replaceText(text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Goes to a line (from 0) of the open file. */
export function goTo(line, focus = true) {
  const { doc } = view.state;
  const at = doc.line(Math.min(Math.max(line + 1, 1), doc.lines));
  view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "start", yMargin: 24 }) });
  if (focus) view.focus();
}

export function build(place) {
  view = new EditorView({ parent: place, state: EditorState.create({}) });
  // Where findings take room from the editor, the line that is being typed stays in sight.
  new ResizeObserver(() => view.hasFocus && view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main.head) })).observe(place);
  return view;
}
