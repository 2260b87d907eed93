import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { publicJwkOf, type Signer, signerOf, type VerifyingKey, verifyingKeyOf } from '../../src/wire/keys.ts';

export interface Pair {
  readonly privateKey: KeyObject;
  readonly signer: Signer;
  readonly verifying: VerifyingKey;
}

const pairOf = (privateKey: KeyObject): Pair => ({
  privateKey,
  signer: signerOf(privateKey),
  verifying: verifyingKeyOf(publicJwkOf(privateKey)),
});

export const newEd25519 = (): Pair => pairOf(generateKeyPairSync('ed25519').privateKey);
export const newP256 = (): Pair => pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

/** The test keys of RFC 9421, appendix B.1. */
export const RFC_9421_ED25519 = pairOf(
  createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
      x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
    },
    format: 'jwk',
  }),
);
export const RFC_9421_P256_PUBLIC = verifyingKeyOf({
  kty: 'EC',
  crv: 'P-256',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
});
