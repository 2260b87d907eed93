import { RESTRICTIONS } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Kept } from '../connector.ts';

const closed = { additionalProperties: false } as const;
/** A device and what is ordered of it, by ids that are made before anything is. */
const Target = Type.Object(
  {
    device: Type.String(),
    assetTag: Type.String(),
    /** Of which the release code is made. */
    act: Type.String(),
    restrictions: Type.Array(Type.Object({ id: Type.String(), kind: Type.Enum([...RESTRICTIONS]) }, closed)),
  },
  closed,
);
export type Target = Static<typeof Target>;
const keptForm = Compile(Type.Object({ devices: Type.Array(Target) }, closed));

export const targetsIn = (before: Kept): readonly Target[] => keptForm.Parse(before).devices;
