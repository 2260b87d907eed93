#!/usr/bin/env node
import { launch } from '../../../scripts/pinned-node.mjs';

await launch(new URL('../src/main.ts', import.meta.url));
