/** Loaded by itself: the whole package takes several megabytes, of which only this is used. */
declare module 'systeminformation/lib/battery.js' {
  const battery: () => Promise<{ readonly hasBattery: boolean; readonly acConnected: boolean }>;
  export default battery;
}
