import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runServerCommand } from '../packages/server/test/support/command.ts';
import { startTestServer, type TestServer } from '../packages/server/test/app/harness.ts';
import { SettingsFile } from '../packages/server/src/settings-file.ts';
import { readSettings } from '../packages/server/src/settings.ts';
import { variableOf } from '../packages/server/src/settings-source.ts';
import { makeDeb } from '../scripts/package/deb.ts';
import { SERVER_DEB } from '../scripts/package/server/control.ts';
import { modulesOf } from '../scripts/package/server/modules.ts';
import { HOME, PLACED } from '../scripts/package/server/tree.ts';
import { deploymentSql } from './support/deployment-sql.ts';
import { blockWith, installBlocks, sectionsOf, shellBlocksOf } from './support/install-page.ts';
import { ROOT } from './support/processes.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const FILES = 'scripts/package/server/files';
const folder = mkdtempSync(join(tmpdir(), 'beadle-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the install page', () => {
  const sections = sectionsOf('docs/deployment.md').filter(({ heading }) => /^[1-5] /.test(heading));

  it('is run by the system test to the letter: every block of shell in it, and nothing else to type', () => {
    expect(sections).toHaveLength(5);
    expect(installBlocks()).toEqual(sections.flatMap(shellBlocksOf));
    for (const { heading, text } of sections) {
      expect({ heading, blocks: shellBlocksOf({ heading, text }).length }).not.toEqual({ heading, blocks: 0 });
      expect(text).not.toMatch(/^```(console|bash|shell|powershell)/m);
    }
    expect(read('test/system/server-package.test.ts')).toContain('.type(installBlocks(),');
  });

  it.each(['restore', 'keys import'])('has, beside it, one way to go on on another machine: %s', (word) => {
    expect(blockWith('docs/operating.md', 'keys import', 'audit verify')).toContain(word);
  });
});

describe('the package', () => {
  it('has every npm package that the server and what it shares import', () => {
    const bare = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^'.][^']*)'|\bimport\(\s*'([^'.][^']*)'/gm;
    const nameOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
    const imported = globSync('packages/{server,shared}/src/**/*.ts', { cwd: ROOT }).flatMap((path) =>
      [...read(path).matchAll(bare)].map((match) => nameOf(match[1] ?? match[2] ?? '')),
    );
    const needed = new Set(imported.filter((name) => !/^(node:|@beadle\/|sass$)/.test(name)));
    const packaged = modulesOf(ROOT, 'packages/server');
    expect(needed.size).toBeGreaterThan(20);
    expect([...needed].filter((name) => !packaged.includes(`node_modules/${name}`))).toEqual([]);
    expect(packaged.filter((path) => /node_modules\/(sass|vitest|esbuild|typescript)$/.test(path))).toEqual([]);
  });

  it.each([
    ...['beadle-server', 'debian/postinst', 'debian/prerm', 'debian/postrm'].map((name) => `${FILES}/${name}`),
    'deploy/postgresql/10-roles.sh',
  ])('has shell that is well formed in %s', (path) => expect(spawnSync('sh', ['-n', join(ROOT, path)]).status).toBe(0));

  const settings = (text: string) => {
    const file = join(folder, 'settings.yaml');
    writeFileSync(file, text);
    return readSettings({ file, environment: {}, workingFolder: folder });
  };

  it('starts with the settings of its file, which are the ones that the page tells', () => {
    expect(settings(read(`${FILES}/beadle-server.yaml`))).toMatchObject({
      origin: 'https://beadle.example.gov.uk',
      database: '/var/lib/beadle-server',
      keysFolder: '/var/lib/beadle-server-keys',
      smtp: null,
    });
  });

  it('shows in that file, as comments, settings that there are', () => {
    const lines = read(`${FILES}/beadle-server.yaml`).split('\n');
    // SQLite's line gives way to PostgreSQL's.
    const shown = lines.filter((line) => !line.startsWith('database:')).map((line) => line.replace(/^#(?! \S)/, ''));
    expect(settings(shown.join('\n'))).toMatchObject({ secondFactor: 'required', smtp: { user: 'beadle' } });
  });

  it('starts what is in it', () => {
    const unit = read(`${FILES}/beadle-server.service`);
    const commands = [...unit.matchAll(/^Exec\w+=-?(.*)$/gm)].map(([, command = '']) => command);
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command).toMatch(`/${HOME}/node `);
      const main = /\/usr\/lib\/beadle-server\/(packages\S+)/.exec(command)?.[1] ?? '';
      expect([main, existsSync(join(ROOT, main))]).toEqual([main, true]);
    }
  });
});

describe.skipIf(spawnSync('dpkg-deb', ['--version']).status !== 0)('packing (needs dpkg-deb)', () => {
  /** The same content, made at another moment under another umask and in another order. */
  function packed(name: string, names: readonly string[], mode: number): Buffer {
    const tree = join(folder, name);
    for (const file of names) {
      mkdirSync(join(tree, 'usr/share', file), { recursive: true, mode });
      writeFileSync(join(tree, 'usr/share', file, 'content'), file, { mode: mode & 0o666 });
    }
    mkdirSync(join(tree, 'etc/beadle-server'), { recursive: true });
    writeFileSync(join(tree, 'etc/beadle-server/beadle-server.yaml'), 'origin: https://beadle.example.gov.uk\n');
    symlinkSync('a', join(tree, 'usr/share/link'));
    const file = join(folder, `${name}.deb`);
    makeDeb(SERVER_DEB, { tree, file, version: '0.1.0', madeAt: new Date('2026-11-01') });
    return readFileSync(file);
  }

  it('makes the same bytes wherever and whenever', () => {
    expect(packed('one', ['a', '.b'], 0o755).equals(packed('two', ['.b', 'a'], 0o700))).toBe(true);
  });
});

describe('what is watched', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it.each(['deploy/grafana-dashboard.json', 'deploy/prometheus-alerts.yaml', 'docs/operating.md'])(
    'is there: every metric that %s names',
    async (path) => {
      await server.app.inject('/health/live');
      const { body } = await server.app.inject('/metrics');
      const there = new Set(
        [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
          type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
        ),
      );
      const named = [...new Set([...read(path).matchAll(/\bbeadle_(?!owner)[a-z_]+/g)].map(([name]) => name))];
      expect(named.length).toBeGreaterThan(4);
      expect(named.filter((name) => !there.has(name))).toEqual([]);
    },
  );

  it('is read with a token that can be made as Prometheus’ settings say', async () => {
    const [, command = ''] = /^#   beadle-server (token create .*)$/m.exec(read('deploy/prometheus.yaml')) ?? [];
    const made = await runServerCommand(command.split(' '), { workingFolder: folder });
    expect(made).toMatchObject({ exitCode: 0, err: '' });
    expect(parse(read('deploy/prometheus.yaml'))).toMatchObject({ scrape_configs: [{ metrics_path: '/metrics' }] });
  });

  it('has a description for whoever looks at it at night', () => {
    const { panels } = JSON.parse(read('deploy/grafana-dashboard.json')) as { panels: { title: string }[] };
    expect(panels.length).toBeGreaterThan(8);
    const { groups } = parse(read('deploy/prometheus-alerts.yaml')) as {
      groups: { rules: { alert: string; annotations: { summary: string } }[] }[];
    };
    const silent = groups.flatMap(({ rules }) => rules).filter(({ annotations }) => !annotations.summary.endsWith('.'));
    expect(silent).toEqual([]);
  });
});

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly command?: readonly string[];
        readonly environment: Readonly<Record<string, string>>;
        readonly volumes?: readonly string[];
        readonly depends_on?: Readonly<Record<string, unknown>>;
      }
    >
  >;
  readonly volumes: object;
}

type Properties = Readonly<Record<string, object>>;
const names = (properties: Properties, base = ''): string[] =>
  Object.entries(properties).flatMap(([name, property]) =>
    'properties' in property ? names(property.properties as Properties, `${base}${name}.`) : [`${base}${name}`],
  );

/** What they name is held against what there is; the first is made and run by test/system/container.test.ts. */
describe('the containers', () => {
  const container = read('deploy/Containerfile');
  const compose = parse(read('deploy/compose.yaml')) as Compose;
  const settings = new Set(names(SettingsFile.properties as Properties).map(variableOf));

  it('start a program that the package has, as its user, with commands that it has', async () => {
    const lists = [...container.matchAll(/^(?:ENTRYPOINT|CMD|HEALTHCHECK .*CMD) (\[.*\])$/gm)].map(
      ([, list = '']) => JSON.parse(list) as string[],
    );
    const words = lists.flat();
    expect(words.filter((word) => word.startsWith('/')).map((path) => path.slice(1))).toSatisfy((paths: string[]) =>
      paths.every((path) => Object.hasOwn(PLACED, path)),
    );
    const own = Object.values(compose.services).filter(({ image }) => image === 'beadle-server');
    const commands = new Set([
      ...words.filter((word) => !word.startsWith('/')),
      ...own.flatMap(({ command = [] }) => command),
    ]);
    expect(commands).toEqual(new Set(['ready', 'serve', 'migrate']));
    for (const command of commands)
      expect((await runServerCommand([command, '--help'], { workingFolder: folder })).exitCode).toBe(0);
    expect(container).toMatch(/^USER beadle$/m);
    const made = read(`${FILES}/debian/postinst`);
    for (const path of JSON.parse(/^VOLUME (.*)$/m.exec(container)?.[1] ?? '[]') as string[])
      expect(made).toContain(path);
  });

  it('are given settings that there are', () => {
    const given = [
      ...Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment)),
      ...[...container.matchAll(/^ENV (\w+)=/gm)].map(([, name = '']) => name),
    ].filter((name) => name.startsWith('BEADLE_SERVER_'));
    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((name) => !settings.has(name))).toEqual([]);
  });

  it('name services, volumes and files that are there', () => {
    const services = Object.values(compose.services);
    const sources = services.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const files = sources.filter((source) => source.startsWith('./'));
    expect(files.map((path) => [path, existsSync(join(ROOT, 'deploy', path))])).toEqual(
      files.map((path) => [path, true]),
    );
    const named = sources.filter((source) => !source.startsWith('./'));
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    const needs = services.flatMap(({ depends_on: needed = {} }) => Object.keys(needed));
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(needs));
  });

  it('make the roles of the page, and take from the server what the page takes', () => {
    const { asAdministrator, atFirst, afterTables } = deploymentSql();
    const withoutSecrets = (text: string) => text.replace(/password (:?)'[^']*'/, "password ''");
    const roles = withoutSecrets(read('deploy/postgresql/10-roles.sh').split('\n').map(withoutSecrets).join('\n'));
    for (const statement of [...asAdministrator, ...atFirst]) expect(roles).toContain(`${withoutSecrets(statement)};`);
    expect(afterTables.length).toBeGreaterThan(5);
    const statements = read('deploy/grants.sql')
      .replaceAll(/^--.*$/gm, '')
      .split(';');
    expect(statements.map((statement) => statement.trim()).filter((one) => one !== '')).toEqual(afterTables);
  });
});
