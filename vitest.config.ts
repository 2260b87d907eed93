import { defineConfig } from 'vitest/config';

const structure = 'test/structure.test.ts';
/** Whole machines, replayed: as quick as the units that they go through. */
const recordings = 'test/recordings/**/*.test.ts';
const system = 'test/system/**/*.test.ts';
/** Those in the virtual laptop, which the other tests of the system leave alone. */
const laptop = 'test/system/laptop*.test.ts';
/** Tests that start programs or wait for the operating system, beside the source that they are of. */
const processes = 'packages/*/test/**/*.process.test.ts';

/** Files of tests of what only PostgreSQL does. */
const postgresOnly = '**/*.postgres.test.ts';
/** Files of tests whose database is SQLite's own file, or which have none. */
const sqlite = '**/*.sqlite.test.ts';
const withoutDatabase = [
  sqlite,
  'packages/server/test/{cli,console}/{cli,words}.test.ts',
  'packages/server/test/app/{keys,settings,storage}.test.ts',
  'test/docs.test.ts',
  'test/exit-code.test.ts',
  'test/first-day.test.ts',
  'test/week.test.ts',
];
/** What stands on functions that are tested on PostgreSQL by the API's own tests, or has little to do with a database. */
const onOneEngine = [
  'packages/server/test/console/**',
  'packages/server/test/people/{oidc*,password,second-factor}.test.ts',
  'packages/server/test/notify/{govuk-notify,webhook}*.test.ts',
  'test/{quiet,connected-grace,slow-clients,transport}.test.ts',
];
const postgres = './test/support/postgres-server.ts';

const project = (name: string, seconds: number, files: { include: string[]; exclude?: string[] }) => ({
  name,
  ...files,
  testTimeout: seconds * 1000,
  hookTimeout: seconds * 1000,
});

export default defineConfig({
  test: {
    passWithNoTests: true,
    // By itself the runner leaves one core for whoever watches; of two that is half.
    maxWorkers: '100%',
    // The runner's summary comes last.
    reporters: ['./test/skipped-reporter.ts', 'default'],
    projects: [
      // In one module graph for each worker: loading the server anew for each file took as long as its tests.
      {
        test: {
          ...project('unit', 30, {
            include: ['packages/*/test/**/*.test.ts', structure, recordings],
            exclude: [processes, postgresOnly],
          }),
          isolate: false,
        },
      },
      {
        test: project('together', 60, {
          include: ['test/**/*.test.ts', processes],
          exclude: [structure, recordings, system, postgresOnly],
        }),
      },
      // The same tests on PostgreSQL: those that have a server's database. What only SQLite can show is in *.sqlite.test.ts.
      {
        test: {
          ...project('unit-postgres', 30, {
            include: ['packages/server/test/**/*.test.ts'],
            exclude: [processes, ...withoutDatabase, ...onOneEngine],
          }),
          isolate: false,
          globalSetup: postgres,
        },
      },
      {
        test: {
          ...project('together-postgres', 90, {
            include: ['test/*.test.ts'],
            exclude: [structure, ...withoutDatabase, ...onOneEngine],
          }),
          globalSetup: postgres,
        },
      },
      // One file at a time: they share this machine's services.
      { test: { ...project('system', 300, { include: [system], exclude: [laptop] }), fileParallelism: false } },
      { test: { ...project('laptop', 300, { include: [laptop] }), fileParallelism: false } },
    ],
  },
});
