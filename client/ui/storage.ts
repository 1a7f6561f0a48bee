// What the browser keeps for this page. Every access may fail (private windows, full disks): then nothing is kept, and
// the page works all the same.

export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const nothing: PageStorage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }

/** localStorage, or a stand-in that keeps nothing where the browser has none. */
export function pageStorage(): PageStorage {
  try {
    return localStorage
  } catch {
    return nothing
  }
}

/** The JSON kept under a name; `undefined` when there is none or it is broken. From outside: parse what comes. */
export function readJson(storage: PageStorage, name: string): unknown {
  try {
    const text = storage.getItem(name)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keeps a value as JSON. False when the browser would not. */
export function writeJson(storage: PageStorage, name: string, value: unknown): boolean {
  try {
    storage.setItem(name, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
