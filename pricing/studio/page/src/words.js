// The texts of the page in three languages. A test compares them: none may be missing.
import { remember, remembered } from "./dom.js";
import de from "./texts/de.json";
import en from "./texts/en.json";
import es from "./texts/es.json";

const all = { en, de, es };
export const languages = { en: "English", de: "Deutsch", es: "Español" };
const kept = remembered("studio.language");
const wished = [kept, ...(navigator.languages ?? [])].map((one) => String(one).slice(0, 2));
export const language = wished.find((one) => one in all) ?? "en";

export function choose(name) {
  remember("studio.language", name);
  location.reload();
}

/** The text of a key, with {names} filled in; `count` chooses between key.one and key.other. */
export function t(key, values = {}) {
  const texts = all[language];
  const found = "count" in values ? texts[`${key}.${Number(values.count) === 1 ? "one" : "other"}`] : texts[key];
  return (found ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const has = (key) => key in all[language];
