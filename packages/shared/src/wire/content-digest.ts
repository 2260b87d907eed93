import { hash } from 'node:crypto';

/** RFC 9530 `Content-Digest` with SHA-256, over the bytes as they travel: before decompression and parsing. */
export const contentDigest = (body: Uint8Array): string => `sha-256=:${hash('sha256', body, 'base64')}:`;
