/** `make`, called once for each key; what it made is let go with the key. */
export function onceForEach<Key extends WeakKey, Made extends object>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new WeakMap<Key, Made>();
  return (key) => {
    const one = made.get(key) ?? make(key);
    made.set(key, one);
    return one;
  };
}
