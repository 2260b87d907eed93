/** The server's API as this script uses it, with the administrator's token. */
export interface Client {
  /** Answers with the body; throws in the server's own words. */
  call<T>(method: string, path: string, body?: unknown, type?: string): Promise<T>;
}

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly expected: string }[];
}

export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, problem: ProblemBody) {
    const places = (problem.errors ?? []).map(({ field, expected }) => `\n  ${field}: expected ${expected}`).join('');
    super(`${problem.detail ?? `the server answered ${status}`}${places}`);
    this.status = status;
    this.code = problem.code ?? '';
  }
}

export function createClient(origin: string, token: string): Client {
  return {
    async call<T>(method: string, path: string, body?: unknown, type = 'application/json'): Promise<T> {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(text === undefined ? {} : { 'content-type': type }) },
        ...(text === undefined ? {} : { body: text }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Refused(response.status, answer as ProblemBody);
      return answer as T;
    },
  };
}
