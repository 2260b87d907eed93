export { emptyHost } from '../../scripts/simulated/host.ts';
