import { checkNamed, isKnown, type Queue } from '@beadle/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printingWindows } from '../../src/collectors/printing/windows.ts';
import { reachedBy } from '../../src/collectors/printing/windows-ports.ts';
import { errorsOf, factsOf, missing, outputs, printed } from './outputs.ts';
import { printer } from './windows-rows.ts';

interface Facts {
  readonly queues: { readonly known: readonly Queue[] } | { readonly unknown: string };
  readonly jobs: { readonly known: 'told' } | { readonly unknown: string };
}
const factsFor = (printers: unknown, log: unknown = { Enabled: true }): Facts =>
  factsOf<Facts>(printingWindows, { 'windows/printers': printers, 'windows/print-log': log });
const queueOf = (row: object) => {
  const { queues } = factsFor([row]);
  return 'known' in queues ? queues.known[0] : queues.unknown;
};
const by = (name: string, host: string | null = null, url: string | null = null) => reachedBy({ name, host, url });

describe('the port of a queue', () => {
  it.each([
    ['PORTPROMPT:', 'file'],
    ['FILE:', 'file'],
    ['nul:', 'file'],
    ['NUL', 'file'],
    ['SHRFAX:', 'file'],
    ['CPW4:', 'file'],
    ['XPSPort:', 'file'],
    ['Microsoft.Office.OneNote_16001.14326.20970.0_x64__8wekyb3d8bbwe_microsoft.onenoteim_S-1-5-21-1', 'file'],
    ['Documents\\*.pdf', 'file'],
    ['\\\\.\\pipe\\PDFPrint', 'file'],
    ['C:\\Users\\Public\\out.prn', 'file'],
    ['USB001', 'local'],
    ['usb002:', 'local'],
    ['LPT1:', 'local'],
    ['COM3:', 'local'],
    ['DOT4_001', 'local'],
    ['\\\\localhost\\Shared', 'local'],
    ['\\\\127.0.0.1\\Shared', 'local'],
    ['http://localhost:631/printers/x', 'local'],
    ['http://[::1]:631/printers/x', 'local'],
    ['WSD-4c2d1a3e-7b10-4f7e-9a7e-0123456789ab', 'network'],
    ['IP_192.0.2.9', 'network'],
    ['192.0.2.9_1', 'network'],
    ['https://printer.example.net/ipp/print', 'network'],
    ['\\\\print.council.example\\Floor2', 'network'],
    ['TS001', 'network'],
    ['Some port of a maker', 'network'],
  ])('%j is reached by %s', (name, reach) => {
    expect(by(name).reach).toBe(reach);
  });

  it('on a network is known by its host, and by its name where that says the same', () => {
    expect(by('IP_192.0.2.9', '192.0.2.9')).toEqual({
      reach: 'network',
      target: 'socket://192.0.2.9',
      aliases: ['192.0.2.9', 'IP_192.0.2.9'],
    });
    expect(by('192.0.2.9_1', '192.0.2.9').aliases).toContain('192.0.2.9_1');
    expect(by('IP_print.council.example', '192.0.2.9').aliases).toEqual(['192.0.2.9']);
    expect(by('IP_192.0.2.90', '192.0.2.9').aliases).toEqual(['192.0.2.9']);
    expect(by('Council', 'localhost').reach).toBe('local');
  });

  it('of IPP is known by the URI that other systems call it by, without a password', () => {
    expect(by('https://who:hunter2@print.council.example:443/printers/a/.printer')).toEqual({
      reach: 'network',
      target: 'https://print.council.example:443/printers/a/.printer',
      aliases: ['ipps://print.council.example:443/printers/a/.printer'],
    });
    expect(by('WSD-1', null, 'http://192.0.2.9:3911/').target).toBe('http://192.0.2.9:3911/');
  });

  it('that is the path of a file is told without it', () => {
    expect(by('C:\\Users\\holder\\letter to the doctor.prn')).toEqual({ reach: 'file', target: 'FILE:' });
  });
});

describe('a queue', () => {
  it('is where its port leads, whatever it is called', () => {
    expect(queueOf(printer('Microsoft XPS Document Writer', 'https://printer.example.net/ipp'))).toMatchObject({
      reach: 'network',
    });
    expect(queueOf(printer('\u2013 Council \u2013', 'USB001', { DriverName: 'Microsoft Print To PDF' }))).toMatchObject(
      { reach: 'local' },
    );
  });

  it('of a print server is known by server and queue', () => {
    const target = '\\\\print.council.example\\Floor2';
    expect(queueOf(printer(target, target, { Network: true }))).toMatchObject({
      name: target,
      target,
      reach: 'network',
    });
    expect(queueOf(printer(target, 'IP_192.0.2.9'))).toMatchObject({ target });
    const shared = { Network: true, ServerName: '\\\\print.council.example', ShareName: 'Floor2' };
    expect(queueOf(printer('Floor 2', null, shared))).toMatchObject({ name: 'Floor 2', target });
    // Shared by this device itself, and no connection.
    expect(queueOf(printer('Home', 'USB001', { ...shared, Network: false }))).toMatchObject({ reach: 'local' });
  });

  it('without a name or a port makes the list none', () => {
    expect(queueOf(printer('', 'USB001'))).toBe('not-understood');
    expect(queueOf(printer('Home', null))).toBe('not-understood');
    expect(queueOf({})).toBe('not-understood');
  });
});

describe('the list of printers', () => {
  it('may be empty, and says nothing where it is none', () => {
    expect(factsFor([]).queues).toEqual({ known: [] });
    expect(factsFor(printer('Home', 'USB001')).queues).toMatchObject({ known: [{ name: 'Home' }] });
    expect(factsFor('').queues).toMatchObject({ unknown: 'not-understood' });
    expect(factsFor(printed('', { exitCode: 1, stderr: '0x800706BA' })).queues).toMatchObject({
      unknown: 'service-down',
    });
  });
});

describe('the log of finished jobs', () => {
  it('tells of jobs only where it is known to be kept', () => {
    expect(factsFor([], { Enabled: true }).jobs).toEqual({ known: 'told' });
    expect(factsFor([], { Enabled: false }).jobs).toEqual({ unknown: 'log-disabled' });
    expect(factsFor([], { Enabled: null }).jobs).toMatchObject({ unknown: 'not-told' });
    expect(factsFor([], []).jobs).toMatchObject({ unknown: 'not-told' });
    expect(factsFor([], missing).jobs).toEqual({ unknown: 'source-missing' });
  });
});

describe('whatever the sources print', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('\\', '\\\\', '://', '@', 'http', 'ipps', 'IP_', 'USB', '0', ':', '[', '*.pdf', 'a'),
      maxLength: 12,
    }),
    fc.constantFrom('x'.repeat(2000), `http://${'a@'.repeat(3000)}`),
  );

  it('the facts are of their form', () => {
    const row = fc.record({
      Name: text,
      PortName: text,
      PrinterHostAddress: fc.option(text),
      Url: fc.option(text),
      Network: fc.boolean(),
      ServerName: fc.option(text),
      ShareName: fc.option(text),
    });
    fc.assert(
      fc.property(fc.oneof(fc.array(row, { maxLength: 3 }), fc.jsonValue()), (printers) => {
        const { facts } = printingWindows.collect(outputs({ 'windows/printers': printers }), 0);
        expect(errorsOf(checkNamed('printing')?.facts, isKnown(facts) ? facts.known : undefined)).toEqual([]);
      }),
    );
  });

  it('no password of a URI is kept', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '1', '%', '-'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom('http', 'https', 'ipp', 'socket'), word, (scheme, host) => {
        expect(JSON.stringify(by(`${scheme}://who:hunter2@${host}/x`))).not.toContain('hunter2');
      }),
    );
  });
});
