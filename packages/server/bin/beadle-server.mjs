#!/usr/bin/env node
import { launch } from '../../shared/bin/pinned-node.mjs';

await launch(new URL('../src/main.ts', import.meta.url));
