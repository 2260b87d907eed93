/**
 * Who may import whom: within a package, each line may import its own and every line below it, never one above.
 * A name is a folder of the package's src, or a file directly in it; files in src that are not named here lie at the
 * bottom, where all may import them. Both the lint rules and test/structure.test.ts are made from this table.
 */
export const layers: Readonly<Record<string, readonly (readonly string[])[]>> = {
  shared: [['index'], ['evaluate', 'wire'], ['policy', 'authorisations'], ['checks'], ['findings']],
  agent: [
    ['main'],
    ['cli', 'agent'],
    ['wiring', 'enrolment'],
    ['cycle'],
    ['collectors'],
    ['sources', 'orders', 'restrictions', 'watch', 'uplink'],
    ['host', 'outbox', 'identity', 'settings'],
    ['budget'],
  ],
  server: [
    ['main'],
    ['cli'],
    ['carry'],
    ['app'],
    ['console'],
    ['ingest', 'withdrawals', 'ordering', 'preview', 'baseline'],
    ['judging', 'trends', 'protection', 'rights'],
    ['breaches'],
    ['enrolment', 'authorisations', 'policies', 'people', 'helpdesk', 'notify', 'orders', 'organisation', 'registers'],
    ['exhibits'],
    ['devices', 'findings', 'jobs', 'audit', 'admission', 'deadlines'],
    ['db', 'pdf', 'evidence', 'keys'],
  ],
};

/** The only file that may start a process. */
export const spawner = 'packages/agent/src/host/exec.ts';
