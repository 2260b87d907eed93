import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** Why no certificates can be made here; undefined where they can. */
export const whyNoCertificates = (): string | undefined =>
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs the program openssl';

export interface Certificates {
  /** The file of the authority's own certificate. */
  readonly authority: string;
  /** Of a server at that address or of that name, and localhost. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An authority that nobody knows yet, and the certificate of a server at `address` signed by it, in `folder`. */
export function makeCertificates(folder: string, name: string, address = '127.0.0.1'): Certificates {
  const file = (suffix: string) => join(folder, `${name}${suffix}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', file('-ca.key'), '-out', file('-ca.pem'), '-subj', `/CN=${name}`);
  openssl('req', ...key, '-keyout', file('.key'), '-out', file('.csr'), '-subj', `/CN=${address}`);
  writeFileSync(file('.ext'), `subjectAltName = ${isIP(address) === 0 ? 'DNS' : 'IP'}:${address}, DNS:localhost\n`);
  const by = ['-CA', file('-ca.pem'), '-CAkey', file('-ca.key'), '-CAcreateserial'];
  openssl('x509', '-req', '-in', file('.csr'), ...by, '-out', file('.pem'), '-extfile', file('.ext'));
  return { authority: file('-ca.pem'), cert: readFileSync(file('.pem')), key: readFileSync(file('.key')) };
}
