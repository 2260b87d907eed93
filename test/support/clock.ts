export { createWorld, type FakeClock, seededRandom, type World } from '../../scripts/simulated/clock.ts';
