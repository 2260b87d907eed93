import { bodyHash, linkOf } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { nullable } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const FINDINGS = 'findings.json';

/** A part of a device's chain, in which none is left out: hashes alone, but for what the breach rests on. */
const Segment = Type.Object(
  {
    device: Type.String({ maxLength: 80 }),
    generation: Type.Integer({ minimum: 0 }),
    /** The link before the first. */
    previous: Hash,
    links: Type.Array(
      Type.Object(
        {
          sequence: Type.Integer({ minimum: 0 }),
          bodyHash: Hash,
          link: Hash,
          /** When the server received it; of what the breach rests on. */
          receivedAt: Type.Optional(Type.String({ maxLength: 40 })),
          /** The received bytes as base64, of what the breach rests on; null where they have been erased. */
          body: Type.Optional(nullable(Type.String())),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Segment = Static<typeof Segment>;
export const Segments = Type.Object({ segments: Type.Array(Segment) }, closed);

/** What does not fit in a part of a chain, in words; none where each link follows from the one before. */
export function brokenIn({ device, generation, previous, links }: Segment): string[] {
  const found: string[] = [];
  let before = previous;
  for (const [index, { sequence, bodyHash: hashed, link, body }] of links.entries()) {
    const named = `finding ${sequence} of device ${device}, generation ${generation}`;
    // A gap that the device has signed for goes on at a later one; what is left out is told by the links.
    if (sequence <= (links[index - 1]?.sequence ?? -1)) found.push(`${named} does not come after the one before`);
    if (linkOf({ previous: before, device, generation, sequence, bodyHash: hashed }) !== link)
      found.push(`${named} has another link than its chain gives`);
    if (typeof body === 'string' && bodyHash(Buffer.from(body, 'base64')) !== hashed)
      found.push(`${named} has another content than was received`);
    before = link;
  }
  return found;
}
