import { scryptSync } from 'node:crypto';
import {
  type DesiredState,
  DESIRED_STATE_TYPE,
  type EffectsReport,
  signDocument,
  signerOf,
} from '../packages/shared/src/index.ts';
import { AT, DEVICE, KEYS } from './protocol-examples.ts';

/** What the vectors of orders are made of: a desired state, how it is signed and streamed, its release code and its effects. */

const CODE = 'ABCDE-12345';
const SALT = Buffer.alloc(16, 9);
/** Made by Node itself: a second hand beside the code that is tested. */
const HASH = scryptSync('ABCDE12345', SALT, 32, { N: 65_536, r: 8, p: 1, maxmem: 2 ** 27 });
const release = { salt: SALT.toString('base64url'), hash: HASH.toString('base64url') };

const DESIRED_STATE: DesiredState = {
  device: DEVICE,
  version: 1_795_348_800_000,
  issuedAt: AT,
  restrictions: [
    {
      id: 'w-2026-0007-isolate',
      kind: 'isolate',
      until: null,
      notice: 'Your laptop appears to have a virus, so we have cut it off from the network.',
      telephone: '01442 228000',
      allow: [{ address: '192.0.2.10', port: 443 }],
      release,
    },
    { id: 'w-2026-0007-media', kind: 'block-removable-media', until: AT, notice: null, telephone: null, release: null },
  ],
  oneOffs: [{ id: 'm-2026-0031', kind: 'message', until: AT, text: 'Bring your laptop to the Forum on Monday.' }],
};

export const EFFECTS_REPORT: EffectsReport = {
  protocol: 1,
  version: DESIRED_STATE.version,
  effects: [
    {
      id: 'w-2026-0007-isolate',
      effect: 'in-force',
      at: AT,
      observed: 'nftables drops all but 192.0.2.1:443, 192.0.2.10:443',
    },
    { id: 'm-2026-0031', effect: 'too-late', at: AT, observed: 'its end had passed before it could be done here' },
  ],
  refused: ['older'],
};

export function desiredStateVector() {
  const jws = signDocument(DESIRED_STATE, DESIRED_STATE_TYPE, signerOf(KEYS.server));
  const streamLine = `${JSON.stringify({ document: jws })}\n`;
  return { key: 'server', type: DESIRED_STATE_TYPE, payload: DESIRED_STATE, jws, streamLine };
}

export const releaseVector = () => ({
  ...release,
  code: CODE,
  typed: [
    { text: 'abcde 12345', isCode: true },
    { text: 'ABCDE-I2345', isCode: true },
    { text: 'ABCDE-12346', isCode: false },
    { text: 'ABCDU-12345', isCode: false },
  ],
});
