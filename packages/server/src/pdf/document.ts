/** A line of a list of facts: what it is, and what is known of it. A value may have several lines. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  /** As many cells each as `head`. */
  readonly rows: readonly (readonly string[])[];
  /** Whether the first cell of a row says what the row is about. */
  readonly rowHeads?: true;
  /** How the width is shared out, such as [2, 1, 1]; equal shares where it is left out. */
  readonly shares?: readonly number[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'subheading'; readonly text: string }
  | { readonly kind: 'facts'; readonly caption: string; readonly facts: readonly Fact[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | Table;

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

/** What is written as a page and as a PDF, with the same words in both. */
export interface WrittenDocument {
  /** What it is, such as `Breach report BR-2026-000041`; at the foot of each page, too. */
  readonly name: string;
  readonly council: string;
  /** At the head and foot of every page. */
  readonly marking: string;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  readonly heading: string;
  /** To be read before anything else; null where there is nothing to heed. */
  readonly warning: string | null;
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
}
