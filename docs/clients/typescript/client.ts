// A client of `pricing serve`: every call is checked against service.d.ts, which is generated from the service's own page.
// A write gets an Idempotency-Key; where the answer is lost the same call is sent again under the same key, and has the first answer.

import type { paths } from "./service.js";

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Body<Op> = Op extends { requestBody?: infer Asked } ? Json<NonNullable<Asked>> : never;
type Path<Op> = Op extends { parameters: { path: infer Names } } ? Names : undefined;
type Query<Op> = Op extends { parameters: { query?: infer Wishes } } ? Wishes : undefined;
type Answer<Op> = Op extends { responses: { 200: infer Done } } ? Json<Done> : never;
type Way<Method extends string> = { [P in keyof paths]: paths[P] extends Record<Method, object> ? P : never }[keyof paths];
type Given<Op> = { path?: Path<Op>; query?: Query<Op>; key?: string };

/** A problem that the service answered with (RFC 9457). */
export class ServiceProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly errors: { detail: string; pointer: string }[],
  ) {
    super([`${status} ${code}`, ...errors.map((one) => `${one.detail} @ ${one.pointer}`)].join("; "));
  }
}

export class Client {
  constructor(
    readonly url: string,
    readonly token = "",
    readonly tries = 3,
  ) {}

  get<P extends Way<"get">>(path: P, given: Given<paths[P]["get"]> = {}): Promise<Answer<paths[P]["get"]>> {
    return this.#asked("GET", path, undefined, given) as Promise<Answer<paths[P]["get"]>>;
  }

  post<P extends Way<"post">>(
    path: P,
    body: Body<paths[P]["post"]>,
    given: Given<paths[P]["post"]> = {},
  ): Promise<Answer<paths[P]["post"]>> {
    return this.#asked("POST", path, body, given) as Promise<Answer<paths[P]["post"]>>;
  }

  async #asked(method: string, path: string, body: unknown, given: Given<unknown>): Promise<unknown> {
    const names: Record<string, string> = given.path ?? {};
    const url = new URL(path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(names[name] ?? "")), this.url);
    for (const [name, value] of Object.entries(given.query ?? {}))
      for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.token) headers["Authorization"] = `Bearer ${this.token}`;
    if (method === "POST") headers["Idempotency-Key"] = given.key ?? crypto.randomUUID();
    const text = body === undefined ? null : JSON.stringify(body);
    for (let attempt = 1; ; attempt++) {
      let answer: Response;
      try {
        answer = await fetch(url, { method, headers, body: text });
      } catch (error) {
        if (attempt === this.tries) throw error;
        continue;
      }
      if (answer.ok) return answer.json();
      if (answer.status !== 503 || attempt === this.tries) throw await problem(answer);
    }
  }
}

async function problem(answer: Response): Promise<ServiceProblem> {
  const told = await answer.json().catch(() => ({}));
  return new ServiceProblem(answer.status, told.code ?? "", told.errors ?? []);
}
