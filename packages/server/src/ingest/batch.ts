import { bodyHash, type ChainPosition, CheckInHeader, FindingBody, GapBody, LIMITS, linkOf } from '@beadle/shared';
import { Compile } from 'typebox/compile';
import { keepable } from '../keepable.ts';

const headerSchema = Compile(CheckInHeader);
const findingSchema = Compile(FindingBody);
const gapSchema = Compile(GapBody);

/** One body as received, with its place in the chain that the batch claims. */
export interface Item {
  readonly sequence: number;
  readonly link: string;
  readonly bodyHash: string;
  readonly bytes: Uint8Array;
  readonly body:
    | { readonly form: 'finding'; readonly finding: FindingBody }
    | { readonly form: 'gap'; readonly gap: GapBody };
}

export interface ReadCheckIn {
  readonly header: CheckInHeader;
  readonly items: readonly Item[];
}

/** Why a check-in cannot be read, in words for whoever writes an agent. */
export interface Unreadable {
  readonly expected: string;
}

const NEWLINE = 0x0a;

/** Facts are free in their form, and are written and read again by functions that call themselves. */
const DEEPEST_FACTS = 32;

const nestsAtMost = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((part) => nestsAtMost(part, levels - 1)));

/** The lines of a body, without copying; the last line end may be missing. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(NEWLINE, from);
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    from = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** As it was received, but for what no database keeps; undefined where it is no JSON. */
export function parse(bytes: Uint8Array): unknown {
  try {
    const text = decoder.decode(bytes);
    // Only an escape can name what no database keeps: in the values, not in the bytes, U+FFFD takes its place.
    return text.includes('\\u') ? JSON.parse(text, (_key, value: unknown) => keepable(value)) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readBody(bytes: Uint8Array): Item['body'] | undefined {
  const value = parse(bytes);
  if (findingSchema.Check(value)) return { form: 'finding', finding: value };
  return gapSchema.Check(value) ? { form: 'gap', gap: value } : undefined;
}

const followsOn = ({ gap }: GapBody, previous: ChainPosition): boolean =>
  gap.from === previous.sequence + 1 && gap.to >= gap.from && gap.lastLink === previous.link;

function chain(lines: readonly Uint8Array[], header: CheckInHeader, device: string): Item[] | Unreadable {
  const items: Item[] = [];
  let previous: ChainPosition = header.previous;
  for (const [index, bytes] of lines.entries()) {
    const body = bytes.length > LIMITS.bodyBytes ? undefined : readBody(bytes);
    if (body === undefined) return { expected: `a finding or a gap record of its closed form in line ${index + 2}` };
    if (body.form === 'gap' && !followsOn(body.gap, previous)) {
      return { expected: `a gap record in line ${index + 2} that follows on the body before it` };
    }
    const sequence = body.form === 'gap' ? body.gap.gap.to : previous.sequence + 1;
    if (!Number.isSafeInteger(sequence)) return { expected: `a sequence of at most 2^53 - 1 in line ${index + 2}` };
    const hash = bodyHash(bytes);
    const link = linkOf({ previous: previous.link, device, generation: header.generation, sequence, bodyHash: hash });
    items.push({ sequence, link, bodyHash: hash, bytes, body });
    previous = { sequence, link };
  }
  return items;
}

/** Reads a check-in: its header and each body as the bytes that were received, chained for `device`. */
export function readCheckIn(bytes: Uint8Array, device: string): ReadCheckIn | Unreadable {
  const [first, ...lines] = linesOf(bytes);
  const header = first === undefined ? undefined : parse(first);
  if (!headerSchema.Check(header)) return { expected: 'a header of its closed form in line 1' };
  if (!nestsAtMost(header.facts, DEEPEST_FACTS)) return { expected: `facts of at most ${DEEPEST_FACTS} levels` };
  if (lines.length > LIMITS.findingsPerCheckIn) return { expected: `at most ${LIMITS.findingsPerCheckIn} bodies` };
  const items = chain(lines, header, device);
  return 'expected' in items ? items : { header, items };
}
