import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.ts';

/** The statements of docs/deployment.md, section 7, as they stand there: by whom and when they are run. */
export interface DeploymentSql {
  readonly asAdministrator: readonly string[];
  /** The owner's, before there are tables and after. */
  readonly atFirst: readonly string[];
  readonly afterTables: readonly string[];
}

export function deploymentSql(): DeploymentSql {
  const fences = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8').matchAll(/^```sql\n([\s\S]*?)^```$/gm);
  const [asAdministrator = [], atFirst = [], afterTables = []] = [...fences].map(([, text = '']) =>
    text
      .split(';')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  );
  return { asAdministrator, atFirst, afterTables };
}
