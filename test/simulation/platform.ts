// What the product and its libraries take from the platform without asking at the front, for the time of one life:
// random bytes, timers of libraries, tabs that call each other, the browser's database. Put back afterwards.
import 'fake-indexeddb/auto'
import { takeRandomBytesFrom } from './seeded-crypto.ts'
import type { Timeline } from './timeline.ts'
import { epochMs } from './timeline.ts'

type Patch = { on: object; name: string; value: unknown }

/** Runs one life on a virtual platform. `complain` is told what the product writes to the console. */
export async function onVirtualPlatform<T>(
  timeline: Timeline,
  complain: (words: string) => void,
  run: () => Promise<T>,
): Promise<T> {
  const timers = virtualTimers(timeline)
  const patches: Patch[] = [
    ...Object.entries(timers).map(([name, value]) => ({ on: globalThis, name, value })),
    { on: globalThis, name: 'BroadcastChannel', value: broadcastChannels(timeline) },
    { on: globalThis, name: 'indexedDB', value: globalThis.indexedDB },
    { on: Date, name: 'now', value: () => epochMs + Math.floor(timeline.now) },
    { on: Math, name: 'random', value: () => timeline.between(0, 1) },
    { on: console, name: 'error', value: (...words: unknown[]) => complain(words.map(String).join(' ')) },
  ]
  const before = patches.map(({ on, name }) => Object.getOwnPropertyDescriptor(on, name))
  for (const { on, name, value } of patches) {
    Object.defineProperty(on, name, { value, configurable: true, writable: true })
  }
  takeRandomBytesFrom((bytes) => fill(bytes, timeline))
  try {
    return await run()
  } finally {
    takeRandomBytesFrom(undefined)
    patches.forEach(({ on, name }, index) => {
      const descriptor = before[index]
      if (descriptor === undefined) Reflect.deleteProperty(on, name)
      else Object.defineProperty(on, name, descriptor)
    })
  }
}

function fill(bytes: Uint8Array, timeline: Timeline): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = timeline.random.below(256)
}

/** For libraries: the product has its clocks. Awareness looks every few seconds for whom to forget; here nobody expires. */
function virtualTimers(timeline: Timeline): { [name: string]: (...args: never[]) => unknown } {
  const handle = (cancel: () => void) => ({ cancel, unref: () => undefined, ref: () => undefined })
  const setTimeout = (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    handle(timeline.at(timeline.now + ms, () => call(...args)))
  const clear = (timer: { cancel?: () => void } | undefined) => timer?.cancel?.()
  return {
    setTimeout,
    setImmediate: (call: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(call, 0, ...args),
    setInterval: () => handle(() => undefined),
    clearTimeout: clear,
    clearImmediate: clear,
    clearInterval: clear,
  }
}

/** Channels of one machine. Names in the messages are random, so browsers need not be told apart. */
function broadcastChannels(timeline: Timeline) {
  const open = new Set<{ name: string; onmessage: ((event: { data: unknown }) => void) | null }>()
  return class VirtualBroadcastChannel {
    onmessage: ((event: { data: unknown }) => void) | null = null
    readonly name: string
    constructor(name: string) {
      this.name = name
      open.add(this)
    }
    postMessage(data: unknown): void {
      for (const other of open) {
        if (other === this || other.name !== this.name) continue
        timeline.at(timeline.now + timeline.between(0, 2), () => {
          if (open.has(other)) other.onmessage?.({ data: structuredClone(data) })
        })
      }
    }
    close(): void {
      open.delete(this)
    }
  }
}
