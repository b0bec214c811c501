// The one door to whoever answers: ask(name, question) gives a promise of the answer. Here over HTTP; a page without a
// server puts a worker in its place with `answerWith`.

export class Refused extends Error {
  constructor(answer, status) {
    super(answer.error ?? String(status));
    this.answer = answer;
    this.status = status;
  }
}

async function overHttp(name, question, signal) {
  const reply = await fetch(`api/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  const answer = await reply.json().catch(() => ({ error: `${reply.status} ${reply.statusText}` }));
  if (!reply.ok || answer.error) throw new Refused(answer, reply.status);
  return answer;
}

let answering = globalThis.pricingDesk ?? overHttp;

/** Puts another in the place of HTTP: (name, question, signal) => promise of an answer. */
export function answerWith(other) {
  answering = other;
}

/** The answer to a question of the desk (pricing/studio/desk.py), or about files (app.py). Rejects with Refused. */
export const ask = (name, question = {}, signal = undefined) => answering(name, question, signal);

/** Asks so that only the last question counts: earlier ones are given up, and their answers never come. */
export function lastOnly() {
  let going = null;
  const last = async (name, question) => {
    going?.abort();
    const mine = new AbortController();
    going = mine;
    try {
      const answer = await ask(name, question, mine.signal);
      return going === mine ? answer : null;
    } catch (error) {
      if (going !== mine || error.name === "AbortError") return null;
      throw error;
    }
  };
  last.giveUp = () => {
    going?.abort();
    going = null;
  };
  return last;
}
