import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { type Component, npmPurl, sbomOf } from '../../scripts/package/sbom.ts';
import { sourceDate } from '../../scripts/package/source-date.ts';

const schemas = join(import.meta.dirname, '../../node_modules/@cyclonedx/cyclonedx-library/res/schema');
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;

function compiled() {
  const ajv = new Ajv({ strict: false });
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  (formats as unknown as (to: Ajv) => void)(ajv);
  // Two that the formats of Ajv leave out; nothing here is of them.
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  return ajv.compile(schema('bom-1.6'));
}
const check = compiled();
const refusedBySchema = (text: string): unknown => (check(JSON.parse(text)) ? undefined : check.errors);

const madeAt = new Date('2026-11-01T00:00:00Z');
const node: Component = {
  type: 'platform',
  name: 'node',
  version: '26.10.0',
  licence: 'MIT',
  cpe: 'cpe:2.3:a:nodejs:node.js:26.10.0:*:*:*:*:*:*:*',
  sha256: 'ab'.repeat(32),
  components: [{ type: 'library', name: 'openssl', version: '3.5.1' }],
};
const statics: Component = {
  type: 'library',
  name: '@fastify/static',
  version: '9.0.0',
  licence: 'MIT AND Zlib',
  purl: npmPurl('@fastify/static', '9.0.0'),
};
const pino: Component = {
  type: 'library',
  name: 'pino',
  version: '10.4.0',
  licence: 'MIT',
  purl: npmPurl('pino', '10.4.0'),
};
const bom = (components: readonly Component[]): string =>
  sbomOf({ name: 'beadle-agent', version: '0.1.0', components, madeAt });

describe('the bill of materials of a package', () => {
  it('is what the schema of CycloneDX 1.6 asks for', () => {
    expect(refusedBySchema(bom([node, statics, pino]))).toBeUndefined();
    expect(refusedBySchema(bom([node]).replace('"MIT"', '"no licence"'))).toBeDefined();
  });

  it('is the same text for the same parts, in whichever order and however often they are named', () => {
    expect(bom([pino, node, statics, pino])).toBe(bom([statics, pino, node]));
    expect(bom([node])).not.toMatch(/serialNumber/);
  });

  it('names scopes and licences as CycloneDX does', () => {
    const { components, metadata, dependencies } = JSON.parse(bom([statics, pino]));
    expect(components).toMatchObject([
      {
        group: '@fastify',
        name: 'static',
        purl: 'pkg:npm/%40fastify/static@9.0.0',
        licenses: [{ expression: 'MIT AND Zlib' }],
      },
      { name: 'pino', licenses: [{ license: { id: 'MIT' } }] },
    ]);
    expect(metadata.timestamp).toBe('2026-11-01T00:00:00.000Z');
    expect(dependencies[0].dependsOn).toHaveLength(2);
  });
});

describe('the time of the sources', () => {
  it('is SOURCE_DATE_EPOCH, which must be a number of seconds', () => {
    expect(sourceDate('1793491200').toISOString()).toBe('2026-11-01T00:00:00.000Z');
    expect(() => sourceDate('yesterday')).toThrow('SOURCE_DATE_EPOCH');
  });
});
