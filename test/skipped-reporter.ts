import { globSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

const log = (name: string, reason = ''): void => console.log(`skipped: ${name}${reason && ` (${reason})`}`);

/** Names what was not tested, and why: a skipped test must not look like a passed one. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        log(test.fullName, result.state === 'skipped' ? result.note : undefined);
      }
    }
    if (!modules.some((module) => module.project.name === 'together')) return;
    for (const file of globSync('test/system/**/*.test.ts'))
      log(file, 'needs root or Debian packages: npm run test:system');
  }
}
