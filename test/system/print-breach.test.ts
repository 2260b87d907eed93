import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { policyInReport } from '../../scripts/start/policy.ts';
import type { BreachSummary } from '../support/arrived.ts';
import { type Spawned, until } from '../support/processes.ts';
import { type Cups, startCups, startPrinter } from './fixtures/cups.ts';
import { bytesBelow, dumpOf } from './fixtures/dump.ts';
import { type RealServer, runAgent, startRealServer, stopped } from './fixtures/real-server.ts';

const why = whySkipped('cups-daemon', 'cups-client', 'cups-filters', 'cups-ipp-utils', 'dbus-daemon');

const ASSET_TAG = 'DBC-5140';
const PRINTER = 'HomeInkjet';
const FILE_QUEUE = 'OfficePDF';
/** What must never leave the device: the name of the document, that of its file, and the person's. */
const PRIVATE = ['Childcare-plan-of-9431', 'letter-to-social-worker-9431', 'pat.example.9431'] as const;
const [TITLE, FILE, USER] = PRIVATE;

interface Finding {
  readonly rule: string;
  readonly subject: string;
  readonly kind: string;
  readonly verdict: string;
}

describe.skipIf(why !== undefined)(
  `a print job, from the queue to the officer${why === undefined ? '' : ` (${why})`}`,
  () => {
    let folder: string;
    let data: string;
    let cups: Cups;
    let printer: Awaited<ReturnType<typeof startPrinter>>;
    let server: RealServer;
    let agent: Spawned;
    const counts: Record<string, number> = {};

    const breaches = async () => {
      const { items } = await server.ask<{ items: BreachSummary[] }>('GET', `/api/v1/breaches?device=${ASSET_TAG}`);
      return items.filter(({ rule }) => rule === 'home-printing');
    };
    const findings = async () => {
      const { items } = await server.ask<{ items: Finding[] }>('GET', `/api/v1/findings?device=${ASSET_TAG}&limit=200`);
      return items.filter(({ rule, kind }) => rule === 'home-printing' && kind === 'event');
    };
    const mails = () =>
      readdirSync(join(folder, 'mail'))
        .filter((name) => name.endsWith('.eml'))
        .map((name) => readFileSync(join(folder, 'mail', name), 'utf8'));
    const finished = () => cups.run('lpstat', '-W', 'completed', '-o').trim().split('\n').filter(Boolean).length;
    const print = (queue: string) => {
      cups.run('lp', '-d', queue, '-U', USER, join(folder, `${FILE}.txt`));
      cups.run('lp', '-d', queue, '-U', USER, '-t', TITLE, join(folder, `${FILE}.txt`));
    };
    const cyclesKept = () => {
      const outbox = new SQLite(join(data, 'outbox.db'), { readonly: true });
      const at = outbox.prepare<[], string>("select value from meta where name = 'alive_at'").pluck().get();
      outbox.close();
      return Number(at ?? 0);
    };
    /** Starts the agent and waits until its first cycle has been kept and the server has heard from it. */
    const startAgent = async () => {
      const before = Date.now();
      agent = runAgent(data, { CUPS_SERVER: cups.server, BEADLE_AGENT_PRINT_SPOOL: cups.spool });
      const reached = () => agent.output().stderr.includes('the server has been reached');
      await until('the first cycle and check-in', () => reached() && cyclesKept() >= before);
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'beadle-print-breach-'));
      data = join(folder, 'device');
      writeFileSync(join(folder, `${FILE}.txt`), 'one line\n');
      const policy = policyInReport('policies/dacorum.yaml');
      [cups, printer, server] = await Promise.all([
        startCups(),
        startPrinter(),
        startRealServer({ database: join(folder, 'server'), folder, policy }),
      ]);
      await cups.addPrinter(PRINTER, printer.uri);
      cups.run('lpadmin', '-p', FILE_QUEUE, '-E', '-v', 'file:///dev/null');
      await server.enrol(ASSET_TAG, data);
      await startAgent();
    });

    afterAll(async () => {
      if (agent !== undefined) await stopped(agent);
      await server?.stop();
      await cups?.stop();
      await printer?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('is no finding where nothing has been printed', async () => {
      expect(await findings()).toEqual([]);
      expect(await breaches()).toEqual([]);
    });

    it('is one open breach with one mail where it went to a printer, without waiting for the next cycle', async () => {
      const from = Date.now();
      print(PRINTER);
      await until('both jobs at the server', async () => (await findings()).length === 2, 120_000);
      counts['secondsToTheServer'] = (Date.now() - from) / 1000;
      const [breach, ...more] = await breaches();
      expect(more).toEqual([]);
      expect(breach).toMatchObject({ subject: PRINTER, status: 'suspected', severity: 'high', count: 2 });
      await until('the mail', () => mails().some((mail) => mail.includes(breach?.ref ?? '')));
    });

    it('is none where it went to a file', async () => {
      print(FILE_QUEUE);
      await until('the jobs to the file', () => finished() === 4, 60_000);
      // Jobs are told in the order in which they end: with these at the server, those to the file have been judged.
      print(PRINTER);
      await until('the jobs behind them at the server', async () => (await findings()).length >= 4, 120_000);
      expect((await findings()).map(({ subject }) => subject)).toEqual(Array.from({ length: 4 }, () => PRINTER));
      expect(await breaches()).toMatchObject([{ subject: PRINTER, count: 4 }]);
    });

    it('is found once where it ended while the agent was off', async () => {
      expect(await stopped(agent)).toBe(0);
      print(PRINTER);
      await until('the jobs', () => finished() === 8, 60_000);
      await startAgent();
      await until('the jobs at the server', async () => (await findings()).length >= 6);
      expect(await stopped(agent)).toBe(0);
      await startAgent();
      expect(await stopped(agent)).toBe(0);
      expect((await findings()).map(({ subject, verdict }) => ({ subject, verdict }))).toEqual(
        Array.from({ length: 6 }, () => ({ subject: PRINTER, verdict: 'fail' })),
      );
      expect(await breaches()).toMatchObject([{ status: 'suspected', count: 6 }]);
    });

    it('leaves neither the name of a document nor that of a person anywhere outside the print service', async () => {
      const [breach] = await breaches();
      const about = mails().filter((mail) => mail.includes(breach?.ref ?? ''));
      expect(about).toHaveLength(1);
      const dump = dumpOf(join(folder, 'server/beadle.db'));
      const report = JSON.stringify(await server.ask('GET', `/api/v1/breaches/${breach?.ref}/report?format=json`));
      rmSync(join(folder, `${FILE}.txt`));
      const everything = [dump, report, bytesBelow(folder), server.log(), agent.output().stderr].join('\n');
      // That the job itself is among it shows that this looks in the right place.
      expect(dump).toContain(PRINTER);
      for (const word of PRIVATE) {
        expect(cups.log()).toContain(word);
        expect(everything).not.toContain(word);
      }
      Object.assign(counts, {
        jobs: finished(),
        toPrinter: 6,
        toFile: 2,
        findings: (await findings()).length,
        breaches: (await breaches()).length,
        mails: about.length,
        charactersSearched: everything.length,
      });
      console.log(JSON.stringify(counts));
    });
  },
);
