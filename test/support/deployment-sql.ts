import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.ts';

/** The statements of docs/deployment.md, sections 7 and 10, as they stand there: by whom and when they are run. */
export interface DeploymentSql {
  readonly asAdministrator: readonly string[];
  /** The owner's, before there are tables and after. */
  readonly atFirst: readonly string[];
  readonly afterTables: readonly string[];
  /** As the administrator, where a pooler shares the connections. */
  readonly behindAPooler: readonly string[];
}

export function deploymentSql(): DeploymentSql {
  const fences = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8').matchAll(/^```sql\n([\s\S]*?)^```$/gm);
  const [asAdministrator = [], atFirst = [], afterTables = [], behindAPooler = []] = [...fences].map(([, text = '']) =>
    text
      .split(';')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  );
  return { asAdministrator, atFirst, afterTables, behindAPooler };
}
