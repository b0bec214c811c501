// A client of `pricing serve`: every call is checked against service.d.ts, which is generated from the service's own page.
// A write gets an Idempotency-Key; where the answer is lost the same call is sent again under the same key, and has the first answer.
/** A problem that the service answered with (RFC 9457). */
export class ServiceProblem extends Error {
    status;
    code;
    errors;
    constructor(status, code, errors) {
        super([`${status} ${code}`, ...errors.map((one) => `${one.detail} @ ${one.pointer}`)].join("; "));
        this.status = status;
        this.code = code;
        this.errors = errors;
    }
}
export class Client {
    url;
    token;
    tries;
    constructor(url, token = "", tries = 3) {
        this.url = url;
        this.token = token;
        this.tries = tries;
    }
    get(path, given = {}) {
        return this.#asked("GET", path, undefined, given);
    }
    post(path, body, given = {}) {
        return this.#asked("POST", path, body, given);
    }
    async #asked(method, path, body, given) {
        const names = given.path ?? {};
        const url = new URL(path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(names[name] ?? "")), this.url);
        for (const [name, value] of Object.entries(given.query ?? {}))
            for (const one of Array.isArray(value) ? value : [value])
                url.searchParams.append(name, String(one));
        const headers = { "Content-Type": "application/json" };
        if (this.token)
            headers["Authorization"] = `Bearer ${this.token}`;
        if (method === "POST")
            headers["Idempotency-Key"] = given.key ?? crypto.randomUUID();
        const text = body === undefined ? null : JSON.stringify(body);
        for (let attempt = 1;; attempt++) {
            let answer;
            try {
                answer = await fetch(url, { method, headers, body: text });
            }
            catch (error) {
                if (attempt === this.tries)
                    throw error;
                continue;
            }
            if (answer.ok)
                return answer.json();
            if (answer.status !== 503 || attempt === this.tries)
                throw await problem(answer);
        }
    }
}
async function problem(answer) {
    const told = await answer.json().catch(() => ({}));
    return new ServiceProblem(answer.status, told.code ?? "", told.errors ?? []);
}
