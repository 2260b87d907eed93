import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseEnrolment, readEnrolment } from '../../src/enrolment/file.ts';
import { UsageError } from '../../src/errors.ts';

const SERVER = 'https://beadle.council.gov.uk';
const WHOLE = `server=${SERVER}\ntoken=beadle1.a.b.c\n`;

describe('the text of an enrolment file', () => {
  it.each([
    ['as it is written', WHOLE],
    ['with comments and empty lines', `# for DBC-1\n\n${WHOLE}\n`],
    ['with spaces', ` server = ${SERVER} \n token = beadle1.a.b.c `],
    ['as Windows writes lines', WHOLE.replaceAll('\n', '\r\n')],
    ['in another order', WHOLE.split('\n').toReversed().join('\n')],
  ])('is read %s', (_how, text) => {
    expect(parseEnrolment(text)).toEqual({ server: SERVER, token: 'beadle1.a.b.c', allowPlainHttp: false });
  });

  it('lets a test bench do without TLS', () => {
    expect(parseEnrolment(`${WHOLE}allow-plain-http=yes`).allowPlainHttp).toBe(true);
  });

  it.each([
    ['', 'server=URL is missing'],
    [`server=${SERVER}`, 'token=TOKEN is missing'],
    [`${WHOLE}tokn=b`, 'line 3 is not NAME=VALUE with one of server, token, allow-plain-http'],
    [`${WHOLE}token=b`, 'line 3 says token a second time'],
    ['server=a b\ntoken=c', 'line 1 is not'],
    [`${WHOLE}allow-plain-http=true`, 'allow-plain-http=yes is the only form'],
  ])('is refused as %j', (text, why) => {
    expect(() => parseEnrolment(text)).toThrow(why);
  });

  it('is read or refused in words, whatever it is, and the words hold nothing of it', () => {
    const secret = 'beadle1-sesame';
    const why = (text: string): unknown => {
      try {
        return parseEnrolment(text);
      } catch (error) {
        return error;
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        const error = why(`${noise}\n${secret}: ${secret}`);
        expect(error).toBeInstanceOf(UsageError);
        expect(String(error)).not.toContain(secret);
      }),
    );
  });

  it('keeps what is written in it', () => {
    const word = fc.stringMatching(/^[!-~]{1,80}$/);
    fc.assert(
      fc.property(word, word, (server, token) => {
        expect(parseEnrolment(`token=${token}\nserver=${server}`)).toMatchObject({ server, token });
      }),
    );
  });
});

describe('an enrolment file', () => {
  let folder: string;
  const path = () => join(folder, 'enrolment');
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'beadle-enrolment-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read where nobody else can read it', () => {
    writeFileSync(path(), WHOLE, { mode: 0o600 });
    chmodSync(folder, 0o755);
    expect(readEnrolment(path()).server).toBe(SERVER);
    chmodSync(path(), 0o644);
    chmodSync(folder, 0o700);
    expect(readEnrolment(path()).server).toBe(SERVER);
  });

  it.skipIf(process.platform === 'win32')('is refused where others can read it', () => {
    writeFileSync(path(), WHOLE);
    chmodSync(path(), 0o640);
    chmodSync(folder, 0o755);
    expect(() => readEnrolment(path())).toThrow(`${path()}: it can be read by others (mode 640)`);
  });

  it('is refused where it is too long, a folder, or a link to elsewhere', () => {
    writeFileSync(path(), '#'.repeat(5_000), { mode: 0o600 });
    expect(() => readEnrolment(path())).toThrow('more than 4096 bytes');
    expect(() => readEnrolment(folder)).toThrow('not a regular file');
    symlinkSync(path(), join(folder, 'link'));
    expect(() => readEnrolment(join(folder, 'link'))).toThrow('ELOOP');
  });

  it.skipIf(process.getuid?.() !== 0)('is refused where it is not of the service’s own user', async () => {
    writeFileSync(path(), WHOLE, { mode: 0o600 });
    const { chownSync } = await import('node:fs');
    chownSync(path(), 65_534, 65_534);
    expect(() => readEnrolment(path())).toThrow('belongs to somebody else');
  });
});
