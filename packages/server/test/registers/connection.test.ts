import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates, whyNoCertificates } from '../../../../test/support/certificates.ts';
import { withClient } from '../../src/registers/directory/connection.ts';

const why = whyNoCertificates();
const { signal } = new AbortController();

const BIND = 0x61;
const EXTENDED = 0x78;
/** `success` (RFC 4511, 4.2.2 and 4.12), to a request that is shorter than 128 bytes. */
const success = (asked: Buffer, operation: number) =>
  Buffer.from([0x30, 0x0c, 2, 1, asked.readUInt8(4), operation, 7, 0x0a, 1, 0, 4, 0, 4, 0]);

describe.skipIf(why !== undefined)(
  `a connection to a directory${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let folder: string;
    let certificates: Certificates;
    let server: Server | undefined;
    let connections: number;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'beadle-ldap-'));
      certificates = makeCertificates(folder, 'directory');
      connections = 0;
    });
    afterEach(() => {
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function listening(made: Server): Promise<string> {
      server = made.on('connection', () => (connections += 1)).listen(0, '127.0.0.1');
      await once(made, 'listening');
      return `127.0.0.1:${(made.address() as AddressInfo).port}`;
    }
    /** Lets anybody in, and ends the connection at the next request. */
    const speak = (socket: Socket): void => {
      socket.on('error', () => undefined);
      socket.once('data', (asked) => {
        socket.write(success(Buffer.from(asked), BIND));
        socket.once('data', () => socket.destroy());
      });
    };
    const to = (url: string, more: object = {}) => ({
      url,
      caFile: certificates.authority,
      bindDn: 'CN=b,DC=test',
      readPassword: () => 'secret',
      ...more,
    });
    const search = (address: string, more: object = {}) =>
      withClient(to(address, more), signal, async (client) => {
        await client.search('DC=test', { scope: 'base' }).catch(() => undefined);
        await client.modify('CN=x,DC=test', []);
      });
    const CUT = 'The connection to the directory was cut.';

    it('that was cut is not made anew by itself, over LDAPS', async () => {
      const { cert, key } = certificates;
      const host = await listening(createTls({ cert, key }, speak));
      await expect(search(`ldaps://${host}`)).rejects.toThrow(CUT);
      expect(connections).toBe(1);
    });

    it('that was cut is not made anew by itself, in the clear, where it began with StartTLS', async () => {
      const heard: Buffer[] = [];
      const host = await listening(
        createTcp((socket) => {
          socket.on('error', () => undefined);
          socket.once('data', (asked) => {
            heard.push(Buffer.from(asked));
            socket.write(success(Buffer.from(asked), EXTENDED));
            speak(new TLSSocket(socket, { isServer: true, cert: certificates.cert, key: certificates.key }));
          });
        }),
      );
      await expect(search(`ldap://${host}`)).rejects.toThrow(CUT);
      expect(connections).toBe(1);
      expect(heard.map((asked) => asked.includes('1.3.6.1.4.1.1466.20037'))).toEqual([true]);
    });

    it('says nothing where the certificate is not one that is trusted, and asks for no password that is empty', async () => {
      const { cert, key } = certificates;
      const heard: Buffer[] = [];
      const host = await listening(
        createTls({ cert, key }, (socket) =>
          socket.on('error', () => undefined).on('data', (asked) => heard.push(Buffer.from(asked))),
        ).on('tlsClientError', () => undefined),
      );
      await expect(search(`ldaps://${host}`, { caFile: null })).rejects.toThrow(/certificate/);
      await expect(search(`ldaps://${host}`, { readPassword: () => '' })).rejects.toThrow(
        'password of the account is empty',
      );
      expect(heard).toEqual([]);
    });
  },
);
