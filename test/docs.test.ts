import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_DEADLINES } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import Value from 'typebox/value';
import { runCommand } from '../packages/server/src/cli/program.ts';
import { calendarProblems, CalendarSettings } from '../packages/server/src/deadlines/calendar-settings.ts';
import { variableOf } from '../packages/server/src/settings-source.ts';
import { readSettings } from '../packages/server/src/settings.ts';
import { SettingsFile } from '../packages/server/src/settings-file.ts';
import { createWorld, seededRandom } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { ROOT, spawnNode } from './support/processes.ts';

/** The documents hold examples and names: each is held against what it speaks of. */
const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT }).toSorted()];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Fence {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function fencesOf(document: string): Fence[] {
  const text = read(document);
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: inside = '', index }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    language,
    text: inside,
  }));
}

const fences = DOCUMENTS.flatMap(fencesOf);
const withoutFences = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '');
const inLanguage = (...languages: string[]) => fences.filter(({ language }) => languages.includes(language));

/** Complete commands of a fence: prompts taken off, output left out, continued lines joined. */
function commandsOf({ language, text }: Fence): string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const typed =
    language === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : lines;
  return typed.filter((line) => line.trim() !== '');
}

const commands = inLanguage('console', 'sh').flatMap((fence) =>
  commandsOf(fence).map((command) => ({ command, at: `${fence.document}:${fence.line}` })),
);

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (document: string): string[] =>
  [...withoutFences(read(document)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const linksOf = (document: string): string[] =>
  [...withoutFences(read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

describe('links', () => {
  it.each(DOCUMENTS)('in %s lead to files and headings that are there', (document) => {
    const broken = linksOf(document).filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('lead from the index to every document', () => {
    const linked = new Set(linksOf('docs/README.md').map((target) => join('docs', target)));
    const missing = DOCUMENTS.filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md');
    expect(missing.filter((path) => !linked.has(path))).toEqual([]);
  });

  it('to pictures say what is in them', () => {
    const silent = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/!\[\]\([^)]*\)/g)].map(([text]) => text),
    );
    expect(silent).toEqual([]);
    const drawing = read('docs/pictures/flow.svg');
    expect(drawing).toMatch(/<title id="flow-title">[^<]+<\/title>/);
    expect(drawing).toMatch(/<desc id="flow-desc">[^<]+<\/desc>/);
  });
});

type Program = 'beadle-agent' | 'beadle-server';
interface Used {
  readonly program: Program;
  /** The command's words, such as `token create`. */
  readonly words: readonly string[];
  readonly options: readonly string[];
  readonly at: string;
}

const TWO_WORDS = new Set([
  'organisation',
  'token',
  'account',
  'policy',
  'audit',
  'references',
  'import',
  'notify',
  'person',
  'keys',
]);

/** Every use of one of the two programs in an example, through npx, a path or within `$( )`. */
function usesIn({ command, at }: { command: string; at: string }): Used[] {
  const found = command.matchAll(/(?:^|[\s/(`])(beadle-agent|beadle-server) ([a-z][^|)`]*)/g);
  return [...found].map(({ 1: program = '', 2: rest = '' }) => {
    const parts = rest
      .replaceAll(/"[^"]*"/g, '""')
      .trim()
      .split(/\s+/);
    const words = parts.slice(0, TWO_WORDS.has(parts[0] ?? '') ? 2 : 1);
    const options = parts.filter((part) => part.startsWith('--'));
    return { program: program as Program, words, options, at };
  });
}

async function agentHelp(words: readonly string[]): Promise<string> {
  const { ended, output } = spawnNode(['packages/agent/src/main.ts', ...words, '--help']);
  return (await ended) === 0 ? output().stdout : '';
}

/** Without a process of its own, which would load the whole server for each command. */
async function serverHelp(words: readonly string[]): Promise<string> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const clock = createWorld().clock();
  const machine = { environment: {}, workingFolder: ROOT, user: 'test', clock, random: seededRandom('help') };
  const code = await runCommand([...words, '--help'], { stdin, stdout, stderr, ...machine });
  stdout.end();
  return code === 0 ? textOf(stdout) : '';
}

describe('commands', () => {
  const uses = commands
    .filter(({ command }) => !/^(ExecStart|install|chmod|cat|systemctl|journalctl)\b/.test(command))
    .flatMap(usesIn);

  it('of both programs exist, with the options that examples give them', async () => {
    const wanted = [...new Set(uses.map(({ program, words }) => [program, ...words].join(' ')))];
    expect(wanted.length).toBeGreaterThan(10);
    const help = new Map(
      await Promise.all(
        wanted.map(async (name) => {
          const [program, ...words] = name.split(' ');
          return [name, await (program === 'beadle-agent' ? agentHelp(words) : serverHelp(words))] as const;
        }),
      ),
    );
    const wrong = uses.flatMap(({ program, words, options, at }) => {
      const name = [program, ...words].join(' ');
      const usage = help.get(name) ?? '';
      if (!usage.includes(`Usage: ${name}`)) return [`${at}: there is no ${name}`];
      return options.filter((option) => !usage.includes(option)).map((option) => `${at}: ${name} has no ${option}`);
    });
    expect(wrong).toEqual([]);
  });

  it('of npm exist, in examples and in running text', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/npm run ([\w:-]+)|npm (start|test)\b/g)].map(([, ran, short]) => ran ?? short ?? ''),
    );
    expect(named).toContain('start');
    expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('that the README lists account for every npm script', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const readme = read('README.md');
    const silent = Object.keys(scripts).filter(
      (name) => !readme.includes(`npm ${name}`) && !readme.includes(`npm run ${name}`),
    );
    expect(silent).toEqual([]);
  });
});

type Properties = Readonly<Record<string, object>>;
function settingNames(properties: Properties, base = ''): string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const key = base === '' ? name : `${base}.${name}`;
    return 'properties' in property ? settingNames(property.properties as Properties, key) : [key];
  });
}

describe('variables', () => {
  it('that documents name are read by the code', () => {
    const code = globSync('{packages/*/src,scripts,test}/**/*.{ts,mjs}', { cwd: ROOT })
      .filter((path) => path !== 'test/docs.test.ts')
      .map(read)
      .join('\n');
    const known = new Set([
      ...[...code.matchAll(/\bBEADLE_[A-Z_]*[A-Z]\b/g)].map(([name]) => name),
      ...settingNames(SettingsFile.properties).map(variableOf),
    ]);
    const named = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/\bBEADLE_[A-Z_]*[A-Z]\b/g)].map(([name]) => ({ name, document })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
  });
});

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const isPolicy = ({ text }: Fence) => text.includes('beadlePolicy:');
  const isDeadlines = ({ text }: Fence) => text.startsWith('deadlines:');
  const examples = inLanguage('yaml').filter((fence) => !isPolicy(fence) && !isDeadlines(fence));

  it('are shown by example', () => expect(examples.length).toBeGreaterThan(0));
  it.each(examples)('$document:$line is accepted', ({ text }) => {
    const file = join(folder, 'beadle-server.yaml');
    writeFileSync(file, text);
    expect(readSettings({ file, environment: {}, workingFolder: folder }).origin).toMatch(/^https:/);
  });

  it('of a policy, where one is shown, are accepted', () => {
    const refused = inLanguage('yaml')
      .filter(isPolicy)
      .filter(({ text }) => !readPolicy(text).ok);
    expect(refused).toEqual([]);
  });

  it('of the deadlines of a policy, where they are shown, are the defaults', () => {
    const shown = inLanguage('yaml').filter(isDeadlines);
    expect(shown).toHaveLength(1);
    const policy = read('policies/cpni.yaml');
    for (const { text } of shown) {
      const reading = readPolicy(`${policy}\n${text}`);
      expect(reading.ok ? reading.policy.deadlines : reading.errors).toEqual(DEFAULT_DEADLINES);
    }
  });

  it('of the calendar, where one is shown, are accepted', () => {
    const shown = inLanguage('json').filter(({ text }) => text.includes('"nation"'));
    expect(shown).toHaveLength(1);
    for (const { text } of shown) {
      const calendar: unknown = JSON.parse(text);
      expect(Value.Errors(CalendarSettings, calendar)).toEqual([]);
      expect(calendarProblems(calendar as CalendarSettings)).toEqual([]);
    }
  });
});

interface Call {
  readonly at: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly type: string;
  readonly body: string | undefined;
}

/** A curl command of the documents: its words, with quotes taken off. */
function callOf({ command, at }: { command: string; at: string }): Call {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const after = (...names: string[]) => words[words.findIndex((word) => names.includes(word)) + 1];
  const has = (...names: string[]) => words.some((word) => names.includes(word));
  const given = has('-d', '--data', '--data-binary') ? after('-d', '--data', '--data-binary') : undefined;
  const [, path = ''] =
    words.map((word) => /^(?:\$ORIGIN|http:\/\/127\.0\.0\.1:8420)(\/.*)$/.exec(word)).find((match) => match !== null) ??
    [];
  const type =
    words.find((word) => word.startsWith('Content-Type: '))?.slice('Content-Type: '.length) ?? 'application/json';
  return { at, method: (has('-X') ? after('-X') : 'GET') as Call['method'], path, type, body: given };
}

/** What `@FILE` stands for: a JSON example of the same document, else a file of the repository. */
function bodyOf({ body, at }: Call): string | undefined {
  if (body?.startsWith('@') !== true) return body;
  const [document] = at.split(':');
  const example = inLanguage('json').find((fence) => fence.document === document);
  return body === '@organisation.json' ? example?.text : read(body.slice(1));
}

describe('calls of the API', () => {
  let council: Council;
  let token: string;
  beforeAll(async () => {
    council = await createCouncil(createWorld());
    const made = await council.ask<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'docs',
      role: 'administrator',
    });
    ({ token } = made.body);
  });
  afterAll(() => council.close());

  const calls = commands.filter(({ command }) => command.startsWith('curl ')).map(callOf);
  it('are shown by example', () => expect(calls.length).toBeGreaterThan(5));
  // In the order of the documents, on one server: a later one may need what an earlier one made.
  it.each(calls)('$at: $method $path succeeds', async (call) => {
    const payload = bodyOf(call);
    const { statusCode, body } = await council.app().inject({
      method: call.method,
      url: call.path,
      headers: { authorization: `Bearer ${token}`, ...(payload === undefined ? {} : { 'content-type': call.type }) },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(statusCode < 300 ? 'accepted' : body).toBe('accepted');
  });
});

describe('paths', () => {
  it('of the repository that documents name are there', () => {
    const named = DOCUMENTS.filter((path) => !path.startsWith('docs/decisions/')).flatMap((document) =>
      [...withoutFences(read(document)).matchAll(/`((?:packages|scripts|policies|docs|test)\/[\w./-]*)`/g)].map(
        ([, path = '']) => path,
      ),
    );
    expect(
      named.filter(
        (path) => !existsSync(join(ROOT, path)) || (path.endsWith('/') && !statSync(join(ROOT, path)).isDirectory()),
      ),
    ).toEqual([]);
  });
});
