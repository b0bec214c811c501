// Elements out of plain values. Text only ever goes in as text: nothing that a card or a basket says is read as HTML.

export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" && tag === "input") made.defaultValue = made.value = value;
    else if (name === "value" || name === "checked" || name === "disabled" || name === "selected") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  if (tag === "input") made.addEventListener("change", () => (made.dataset.done = "")), made.addEventListener("input", () => delete made.dataset.done);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A name of any script, which turns nothing around it. */
export const bdi = (text, cls = null) => h("bdi", { class: cls, dir: "auto" }, String(text));

/** Draws only when what is shown differs from the last time: `seen` says what that is. */
export function onlyNew(draw, seen) {
  let last;
  return (...given) => {
    const now = JSON.stringify(seen(...given));
    if (now === last) return;
    last = now;
    draw(...given);
  };
}

/** Text for those who listen only. */
export const heard = (text) => h("span", { class: "heard" }, text);

export const button = (text, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, text);

/** Puts new children into a place, and the focus back to where it was, by the key that its element carries. */
export function fill(place, ...children) {
  const active = document.activeElement;
  const key = place.contains(active) ? active.closest("[data-key]")?.dataset.key : null;
  const typing = key && active.tagName === "INPUT" && active.value !== active.defaultValue ? active.value : null;
  const caret = key && active.selectionStart !== undefined ? safely(() => active.selectionStart) : null;
  place.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (!key) return;
  const again = [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!again) return void place.focus?.({ preventScroll: true });
  again.focus({ preventScroll: true });
  if (typing !== null && again.tagName === "INPUT" && again.type !== "checkbox" && !active.dataset.done) again.value = typing;
  if (caret !== null) safely(() => again.setSelectionRange(caret, caret));
}

function safely(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

/** What this browser keeps under a name; null where it keeps nothing. */
export const remembered = (name) => safely(() => localStorage.getItem(name));
export const remember = (name, value) => safely(() => localStorage.setItem(name, value));

/** Calls after a pause; what comes before the pause is over replaces what was waiting. */
export function paused(call, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), milliseconds);
  };
}

let said;
/** Says something to everybody: in a corner for a while, and in a live region. */
export function say(text, kind = "fine") {
  said ??= document.body.appendChild(h("div", { class: "said", role: "status", "aria-live": "polite" }));
  const one = h("p", { class: kind }, text);
  said.append(one);
  setTimeout(() => one.remove(), 6000);
}

/** Asks something in a dialog; resolves with the form's values, or null. `fields` are elements with names. */
export function dialog(title, fields, { yes, no }) {
  return new Promise((resolve) => {
    const box = h(
      "dialog",
      { "aria-label": title },
      h(
        "form",
        { method: "dialog" },
        h("h2", {}, title),
        fields,
        h(
          "p",
          { class: "buttons" },
          no && h("button", { type: "button", onclick: () => box.close("") }, no),
          h("button", { value: "yes", class: "main" }, yes),
        ),
      ),
    );
    box.addEventListener("close", () => {
      const values = box.returnValue === "yes" ? Object.fromEntries(new FormData(box.querySelector("form"))) : null;
      box.remove();
      resolve(values);
    });
    document.body.append(box);
    box.showModal();
  });
}

export const field = (label, input, more = null) => h("label", { class: "field" }, h("span", {}, label), input, more);
