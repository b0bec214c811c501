// The studio without a server: questions go to a worker in which the engine runs. Loaded before studio.js (see export.py).

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = [];
let asked = null;

const status = document.createElement("p");
status.setAttribute("role", "status");
status.style.cssText = "margin: 2rem; font: 1rem/1.5 system-ui, sans-serif";
status.textContent = "The pricing engine is being loaded into this page. This takes a few seconds.";
document.body.prepend(status);

function next() {
  while (!asked && waiting.length) {
    const one = waiting.shift();
    if (one.signal?.aborted) continue;
    asked = one;
    worker.postMessage({ name: one.name, question: JSON.stringify(one.question) });
  }
}

worker.onmessage = ({ data }) => {
  status.remove();
  const { done, fail } = asked;
  asked = null;
  const answer = JSON.parse(data);
  if (answer.error) fail(Object.assign(new Error(answer.error), { answer, status: 422 }));
  else done(answer);
  next();
};

worker.onerror = (error) => {
  error.preventDefault?.();
  status.textContent = `The pricing engine could not be loaded: ${error.message || "its files are not all there"}.`;
  document.body.prepend(status);
};

globalThis.pricingDesk = (name, question, signal) =>
  new Promise((done, fail) => {
    signal?.addEventListener("abort", () => fail(new DOMException("another question came", "AbortError")));
    waiting.push({ name, question, signal, done, fail });
    next();
  });
