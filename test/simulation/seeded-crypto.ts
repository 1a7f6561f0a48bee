// Random bytes of the platform, replaceable even for libraries that keep the function when they are loaded: import this
// before them. Outside of a life it gives real ones.

const real = crypto.getRandomValues.bind(crypto)
let source: ((bytes: Uint8Array) => void) | undefined

crypto.getRandomValues = (array) => {
  if (source === undefined || array === null) return real(array)
  source(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  return array
}

/** From now on random bytes come from there; `undefined`: from the platform again. */
export function takeRandomBytesFrom(replacement: typeof source): void {
  source = replacement
}
