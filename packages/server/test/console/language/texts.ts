/** One piece of text that a reader sees or hears, with the language that the page says it is in. */
export interface SeenText {
  readonly text: string;
  readonly lang: string;
}

const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;
const SPOKEN = ['aria-label', 'title', 'alt', 'placeholder', 'data-label'];
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };

const plain = (text: string): string =>
  text
    .replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll(/\s+/g, ' ')
    .trim();

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

/** Every text of a page of ours, in its order: what stands in it, and what is only read aloud. */
export function visibleTexts(html: string): SeenText[] {
  const found: SeenText[] = [];
  const langs: string[] = ['en'];
  const body = html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, '').replaceAll(/<!--[\s\S]*?-->/g, '');
  for (const [, tag, text] of body.matchAll(/(<[^>]*>)|([^<]+)/g)) {
    const lang = langs.at(-1) ?? 'en';
    if (text !== undefined) {
      const said = plain(text);
      if (said !== '') found.push({ text: said, lang });
      continue;
    }
    if (tag === undefined || tag.startsWith('<!')) continue;
    if (tag.startsWith('</')) {
      langs.pop();
      continue;
    }
    const own = attribute(tag, 'lang') ?? lang;
    for (const name of SPOKEN) {
      const said = attribute(tag, name);
      if (said !== undefined && said !== '') found.push({ text: plain(said), lang: own });
    }
    if (!VOID.test(/^<(\w+)/.exec(tag)?.[1] ?? '') && !tag.endsWith('/>')) langs.push(own);
  }
  return found;
}

/** Words that any English sentence has one of, and that no Welsh one has. */
const ENGLISH =
  /\b(the|and|of|are|was|were|you|your|this|that|these|what|which|when|where|whom|with|without|for|not|has|have|had|been|be|will|must|may|can|cannot|from|by|it|its|they|their|there|here|who|how|why|does|do|if|or|than|any|only|also)\b/i;

/** Texts that the page says are Welsh, and that read as English. */
export const englishIn = (html: string): string[] =>
  visibleTexts(html)
    .filter(({ lang, text }) => lang === 'cy' && ENGLISH.test(text))
    .map(({ text }) => text);
