// Who this browser writes as: a secret that stays here, a name and a colour. The same in all its tabs.
import { type Signal, signal } from '@preact/signals'
import { personHueIndex, personHues } from '../../shared/colors.ts'
import { isSecret, platformRandom, type RandomBytes, toBase64url } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import { type PageStorage, readJson, writeJson } from '../ui/storage.ts'
import { words } from '../words/words.ts'

const storageName = 'scriptorium.person'

/** `secret`: 128 bits, base64url; it makes this browser the same person at every visit. `color`: palette index. */
export type OwnPerson = { secret: string; name: string; color: number }

/** A friendly name to begin with, and a colour. */
export function makePerson(random: RandomBytes): OwnPerson {
  const [a, b, c] = random(3) as unknown as [number, number, number]
  const { adjectives, creatures, named } = words().people
  const name = named(adjectives[a % adjectives.length]!, creatures[b % creatures.length]!)
  return { secret: toBase64url(random(16)), name, color: c % personHues.length }
}

/** `undefined` for what is no person. */
export function parsePerson(value: unknown): OwnPerson | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { secret, name, color } = value as Record<string, unknown>
  if (!isSecret(secret) || typeof name !== 'string') return undefined
  const clean = cleanLine(name, limits.nameLengthMax)
  return clean === '' ? undefined : { secret, name: clean, color: personHueIndex(color) }
}

/** The person of this browser as a signal; a change here shows in every tab. */
export class OwnPersonStore {
  readonly person: Signal<OwnPerson>
  private readonly storage: PageStorage

  constructor(storage: PageStorage, random: RandomBytes = platformRandom) {
    this.storage = storage
    const kept = parsePerson(readJson(storage, storageName))
    this.person = signal(kept ?? makePerson(random))
    if (kept === undefined) writeJson(storage, storageName, this.person.value)
  }

  /** What others see; whoever reads it is not told of changes. */
  get shown(): Pick<OwnPerson, 'name' | 'color'> {
    const { name, color } = this.person.peek()
    return { name, color }
  }

  /** A new name or colour. An empty name changes nothing. */
  change(change: { name?: string; color?: number }): void {
    const next = parsePerson({ ...this.person.value, ...change })
    if (next === undefined) return
    this.person.value = next
    writeJson(this.storage, storageName, next)
  }

  /** Follows changes made in other tabs until the returned function is called. */
  follow(): () => void {
    const read = () => {
      const next = parsePerson(readJson(this.storage, storageName))
      if (next !== undefined && JSON.stringify(next) !== JSON.stringify(this.person.peek())) this.person.value = next
    }
    const onStorage = (event: StorageEvent) => {
      if (event.key === storageName) read()
    }
    // It may have changed since it was read first.
    read()
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }
}
