import { IsoTime } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { AssetTag } from '../devices/register.ts';
import { nullable, Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const KINDS = ['device', 'stick', 'other'] as const;
export type Kind = (typeof KINDS)[number];
export const MOST_WORDS = 2000;
const LINE = 200;

const Who = (description: string) => Text(LINE, description);
const Where = Text(LINE, 'where it is now');
const Condition = Text(MOST_WORDS, 'in what condition it is');
const Seal = Type.Optional(nullable(Text(LINE, 'the number of the seal')));
const Note = Type.Optional(nullable(Text(MOST_WORDS, 'anything else')));
/** When it happened; left out, now. */
const HappenedAt = Type.Optional(nullable(IsoTime));

export const Seizure = Type.Object(
  {
    kind: Type.Enum([...KINDS], { description: `one of ${KINDS.join(', ')}` }),
    device: Type.Optional(nullable(AssetTag)),
    serial: Type.Optional(nullable(Text(120, 'of a stick: its serial'))),
    description: Text(MOST_WORDS, 'what it is'),
    breach: Type.Optional(nullable(Text(40, 'the reference of a breach'))),
    from: Who('from whom it was taken'),
    to: Who('who has it now'),
    place: Where,
    condition: Condition,
    seal: Seal,
    note: Note,
    happenedAt: HappenedAt,
  },
  closed,
);
export type Seizure = Static<typeof Seizure>;

export const Transfer = Type.Object(
  {
    from: Who('who hands it over'),
    to: Who('who has it now'),
    place: Where,
    condition: Condition,
    seal: Seal,
    note: Note,
    happenedAt: HappenedAt,
  },
  closed,
);
export type Transfer = Static<typeof Transfer>;

export const Agreement = Type.Object(
  {
    agreed: Type.Boolean({ description: 'whether orders that change it may be carried out' }),
    note: Text(MOST_WORDS, 'why'),
  },
  closed,
);
export type Agreement = Static<typeof Agreement>;

export const ExhibitRef = Type.Object(
  { ref: Type.String({ pattern: '^EX-\\d{4}-\\d{6,}$', maxLength: 40, description: 'such as EX-2026-000001' }) },
  closed,
);

const CustodyEvent = Type.Object({
  type: Type.String({ description: 'seized, transferred, released, orders-agreed or orders-stopped' }),
  happenedAt: Type.String(),
  recordedAt: Type.String(),
  recordedBy: Type.String(),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  place: nullable(Type.String()),
  condition: nullable(Type.String()),
  seal: nullable(Type.String()),
  note: nullable(Type.String()),
  link: Type.String({ description: 'SHA-256 over the one before and this one' }),
});

export const ExhibitAnswer = Type.Object({
  ref: Type.String(),
  kind: Type.String(),
  device: nullable(Type.String({ description: 'an asset tag' })),
  serial: nullable(Type.String()),
  description: Type.String(),
  breach: nullable(Type.String()),
  status: Type.String({ description: 'held or released' }),
  ordersAgreed: Type.Boolean({ description: 'the officer agrees that orders which change it are carried out' }),
  heldBy: nullable(Type.String()),
  place: nullable(Type.String()),
  since: Type.String(),
});
export type ExhibitAnswer = Static<typeof ExhibitAnswer>;

export const ExhibitInFull = Type.Object({
  ...ExhibitAnswer.properties,
  intact: Type.Boolean({ description: 'whether the record of custody is as it was written' }),
  custody: Type.Array(CustodyEvent),
});
