import { sourceDate } from './source-date.ts';

/** One thing that a package contains. */
export interface Component {
  readonly type: 'application' | 'data' | 'library' | 'platform';
  /** Of npm with its scope, such as `@fastify/static`. */
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, such as `MIT` or `MIT AND Zlib`. */
  readonly licence?: string;
  /** Where it comes from (https://github.com/package-url/purl-spec). */
  readonly purl?: string;
  /** By which the lists of vulnerabilities know what has no package. */
  readonly cpe?: string;
  /** Of its only file, in hex. */
  readonly sha256?: string;
  /** What is within it and cannot be told apart from outside. */
  readonly components?: readonly Component[];
}

interface Product {
  readonly name: string;
  readonly version: string;
  readonly components: readonly Component[];
  readonly madeAt?: Date;
}

/** The address of a package of npm: the `@` of a scope is written as `%40`. */
export const npmPurl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const refOf = ({ purl, name, version }: Component): string => purl ?? `${name}@${version}`;

const licencesOf = (licence: string) =>
  /\s/.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];

/** By code units, as the order of a language would depend on the machine. */
const byRef = (a: Component, b: Component): number => (refOf(a) < refOf(b) ? -1 : Number(refOf(a) > refOf(b)));

function inOrder(components: readonly Component[]): readonly Component[] {
  const once = new Map(components.map((component) => [refOf(component), component]));
  return [...once.values()].toSorted(byRef);
}

function told(component: Component, within = ''): object {
  const { type, name, version, licence, purl, cpe, sha256, components = [] } = component;
  const ref = `${within}${refOf(component)}`;
  const [scope, rest] = name.startsWith('@') ? name.split('/') : [];
  return {
    type,
    'bom-ref': ref,
    ...(rest === undefined ? { name } : { group: scope, name: rest }),
    version,
    ...(sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
    ...(licence === undefined ? {} : { licenses: licencesOf(licence) }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(purl === undefined ? {} : { purl }),
    ...(components.length === 0 ? {} : { components: inOrder(components).map((one) => told(one, `${ref} / `)) }),
  };
}

/**
 * The bill of materials of a package, as CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/). The same components
 * give the same text: no serial number, which would have to be random, and the time of `madeAt`, which is that of the sources.
 */
export function sbomOf({ name, version, components, madeAt = sourceDate() }: Product): string {
  const product: Component = { type: 'application', name, version, licence: 'Apache-2.0' };
  const parts = inOrder(components);
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { timestamp: madeAt.toISOString(), component: told(product) },
    components: parts.map((part) => told(part)),
    dependencies: [{ ref: refOf(product), dependsOn: parts.map(refOf) }],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}
