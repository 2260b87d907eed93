import { isKnown, type Medium, named } from '@beadle/shared';

const cut = (text: string | null | undefined, most: number): string | null =>
  text?.trim().slice(0, most).trim() || null;

/** A medium's subject is its serial; where it has none, its vendor and product numbers, or at least its name. */
export function mediumOf(told: {
  readonly kind: Medium['kind'];
  readonly serial: string | null | undefined;
  readonly vendorAndProduct: string | undefined;
  readonly model: string | null | undefined;
  readonly bytes: number | null;
  readonly encrypted: Medium['encrypted'];
  /** The last resort for a subject. */
  readonly name: string;
}): Medium {
  const serial = cut(named(told.serial), 120);
  const subject = serial ?? cut(told.vendorAndProduct, 300) ?? cut(told.name, 300) ?? told.kind;
  return {
    subject,
    serial,
    kind: told.kind,
    model: cut(told.model, 120),
    bytes: told.bytes,
    encrypted: told.encrypted,
  };
}

const WEIGHT = ({ encrypted }: Medium): number => (isKnown(encrypted) ? (encrypted.known ? 0 : 2) : 1);

/** One medium a subject, the least encrypted: two cards in one reader share the reader's number. */
export function onePerSubject(media: readonly Medium[]): Medium[] {
  const bySubject = new Map<string, Medium>();
  for (const medium of media) {
    const other = bySubject.get(medium.subject);
    if (other === undefined || WEIGHT(medium) > WEIGHT(other)) bySubject.set(medium.subject, medium);
  }
  return [...bySubject.values()];
}
