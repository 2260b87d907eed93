import { addonOfThisMachine } from './plugins.ts';
import { type Kind, publishedNode } from './published-node.ts';

/** What a bundle is made for. */
export interface Target {
  /** As better-sqlite3 names its addons, such as `win32-x64`. */
  readonly kind: string;
  readonly platform: NodeJS.Platform;
  /** The file of its Node. */
  readonly node: string;
}

/** This machine, whose Node is the one that runs this. */
export const thisMachine = (): Target => ({
  kind: addonOfThisMachine(),
  platform: process.platform,
  node: process.execPath,
});

const PLATFORMS: Readonly<Record<Kind, NodeJS.Platform>> = {
  'darwin-arm64': 'darwin',
  'linux-x64': 'linux',
  'win32-x64': 'win32',
};

/** Another machine, whose Node is fetched from the npm registry where it is not here yet. */
export const targetOf = (kind: Kind): Target => ({ kind, platform: PLATFORMS[kind], node: publishedNode(kind) });
