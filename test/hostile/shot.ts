/** One request as it is fired. */
export interface Shot {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly payload?: Buffer | string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export type Council = 'a' | 'b' | 'c';

/** Who fires: what they may see decides what an answer to them may hold. */
export interface Caller {
  readonly name: string;
  /** Whose data they may be shown; null for nobody's. */
  readonly organisation: Council | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The text of a session's own form token, where it has one. */
  readonly csrf?: string | undefined;
}

const MOST = 4000;

/** A request in one line, so that it can be looked at and fired again. */
export function inOneLine({ method, url, headers, payload }: Shot): string {
  const body = payload === undefined ? null : Buffer.from(payload);
  const shown = { method, url, headers, bytes: body?.length ?? 0, base64: body?.subarray(0, MOST).toString('base64') };
  return JSON.stringify(shown);
}
