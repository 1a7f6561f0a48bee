// What a browser remembers: documents, its person, and links; and that broken storage breaks nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePastedLink, pathOf, placeOf } from '../../client/pages/link.ts'
import {
  closeKey,
  findOpened,
  forget,
  pin,
  readOpened,
  remember,
  roleOfKey,
  strongestKey,
} from '../../client/pages/opened-documents.ts'
import { makePerson, OwnPersonStore, parsePerson } from '../../client/pages/own-person.ts'
import type { PageStorage } from '../../client/ui/storage.ts'
import { en } from '../../client/words/en.ts'
import { setWords } from '../../client/words/words.ts'
import { makeDocumentId, makeKey, platformRandom } from '../../shared/ids.ts'
import { limits } from '../../shared/limits.ts'

function memoryStorage(): PageStorage & { values: Map<string, string> } {
  const values = new Map<string, string>()
  return {
    values,
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
    removeItem: (name) => void values.delete(name),
  }
}

setWords(en)

const [id, otherId] = [makeDocumentId(), makeDocumentId()]
const [own, edit, view] = [makeKey(), makeKey(), makeKey()]

describe('opened documents', () => {
  it('stand newest first, each once', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own }, title: 'First', openedAt: 1 })
    remember(storage, { id: otherId, keys: { view }, title: 'Second', openedAt: 2 })
    expect(readOpened(storage).map(({ title }) => title)).toEqual(['Second', 'First'])
    remember(storage, { id, keys: { own }, title: 'First', openedAt: 3 })
    expect(readOpened(storage).map(({ title }) => title)).toEqual(['First', 'Second'])
  })

  it('a key that is learnt is added to those known; a weaker one never replaces a stronger one', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own, edit }, title: 'T', openedAt: 1 })
    remember(storage, { id, keys: { view }, openedAt: 2 })
    expect(findOpened(storage, id)).toEqual({ id, keys: { own, edit, view }, title: 'T', openedAt: 2 })
    expect(strongestKey(findOpened(storage, id)!)).toEqual({ role: 'own', key: own })
  })

  it('a key that the server refuses opens nothing by itself, but is not lost: it counts again once it is taken', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own, edit }, title: 'T', openedAt: 1 })
    expect([roleOfKey(storage, id, own), roleOfKey(storage, id, edit)]).toEqual(['own', 'edit'])
    expect([roleOfKey(storage, id, view), roleOfKey(storage, otherId, own)]).toEqual([undefined, undefined])
    expect(closeKey(storage, id, view), 'a key that was never known').toBe(false)
    expect(closeKey(storage, id, own)).toBe(false)
    expect(strongestKey(findOpened(storage, id)!)).toEqual({ role: 'edit', key: edit })
    expect(closeKey(storage, id, edit), 'the last one').toBe(true)
    expect([roleOfKey(storage, id, own), roleOfKey(storage, id, edit)]).toEqual([undefined, undefined])
    // Still in the list, with the strongest, for who wants to try.
    expect(strongestKey(findOpened(storage, id)!)).toEqual({ role: 'own', key: own })
    remember(storage, { id, keys: { edit } })
    expect([roleOfKey(storage, id, own), roleOfKey(storage, id, edit)]).toEqual([undefined, 'edit'])
    expect(closeKey(storage, otherId, own), 'nothing is known of it').toBe(true)
  })

  it('pinned ones stand first, stay pinned when they are opened again, and are the last to be dropped', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own }, title: 'Old', openedAt: 1 })
    remember(storage, { id: otherId, keys: { view }, title: 'New', openedAt: 2 })
    pin(storage, id, true)
    expect(readOpened(storage).map(({ title }) => title)).toEqual(['Old', 'New'])
    remember(storage, { id, keys: { edit }, openedAt: 1 })
    for (let i = 0; i < limits.openedDocumentsMax; i++) {
      remember(storage, { id: makeDocumentId(), keys: { own }, title: `${i}`, openedAt: 10 + i })
    }
    expect(readOpened(storage)).toHaveLength(limits.openedDocumentsMax)
    expect(readOpened(storage)[0]).toMatchObject({ title: 'Old', pinned: true })
    pin(storage, id, false)
    expect(findOpened(storage, id)).not.toHaveProperty('pinned')
    expect(readOpened(storage).at(-1)?.title).toBe('Old')
  })

  it('an empty title does not wipe out a known one', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own }, title: 'Known', openedAt: 1 })
    remember(storage, { id, keys: { own }, title: '', openedAt: 2 })
    expect(findOpened(storage, id)?.title).toBe('Known')
  })

  it('a forgotten document is gone, others stay', () => {
    const storage = memoryStorage()
    remember(storage, { id, keys: { own }, openedAt: 1 })
    remember(storage, { id: otherId, keys: { view }, openedAt: 2 })
    forget(storage, id)
    expect(readOpened(storage).map((entry) => entry.id)).toEqual([otherId])
  })

  it(`no more than openedDocumentsMax are kept, and the oldest go first`, () => {
    const storage = memoryStorage()
    for (let n = 0; n < limits.openedDocumentsMax + 3; n++)
      remember(storage, { id: makeDocumentId(), keys: { edit }, title: `${n}`, openedAt: n })
    const titles = readOpened(storage).map(({ title }) => Number(title))
    expect(titles).toHaveLength(limits.openedDocumentsMax)
    expect(Math.min(...titles)).toBe(3)
  })

  it('whatever stands in the storage, the list is read without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const storage = memoryStorage()
        storage.values.set('scriptorium.documents', text)
        expect(Array.isArray(readOpened(storage))).toBe(true)
      }),
    )
  })

  it('a browser that refuses storage is told by false, not by a throw', () => {
    const refuse = () => {
      throw new Error('quota')
    }
    const storage: PageStorage = { getItem: refuse, setItem: refuse, removeItem: refuse }
    expect(remember(storage, { id, keys: { own }, openedAt: 1 })).toBe(false)
    expect(readOpened(storage)).toEqual([])
  })
})

describe('links', () => {
  it('a path and the place it leads to are each other’s inverse', () => {
    const path = pathOf({ id, key: edit })
    const { pathname, hash } = new URL(path, 'http://localhost')
    expect(placeOf({ pathname, hash })).toEqual({ kind: 'document', link: { id, key: edit } })
  })

  it('an address without a key, with half a key or half an id is named as damaged', () => {
    expect(placeOf({ pathname: `/d/${id}`, hash: '' })).toEqual({ kind: 'damaged', missing: 'key' })
    expect(placeOf({ pathname: `/d/${id}`, hash: `#${edit.slice(1)}` })).toEqual({ kind: 'damaged', missing: 'key' })
    expect(placeOf({ pathname: `/d/${id.slice(1)}`, hash: `#${edit}` })).toEqual({ kind: 'damaged', missing: 'id' })
    expect(placeOf({ pathname: '/elsewhere', hash: '' })).toEqual({ kind: 'unknown' })
    expect(placeOf({ pathname: '/', hash: '' })).toEqual({ kind: 'home' })
  })

  it('a pasted link is found in whatever surrounds it, and nothing else is taken for one', () => {
    const path = pathOf({ id, key: edit })
    for (const text of [path, ` http://host:3000${path}\n`, `See <https://a.example${path}>!`])
      expect(parsePastedLink(text)).toEqual({ id, key: edit })
    for (const text of ['', 'hello', `/d/${id}`, `/d/${id}#short`, `/x/${id}#${edit}`])
      expect(parsePastedLink(text)).toBeUndefined()
  })
})

describe('the own person', () => {
  it('is made once and stays the same at the next visit', () => {
    const storage = memoryStorage()
    const first = new OwnPersonStore(storage).person.value
    expect(parsePerson(first)).toEqual(first)
    expect(new OwnPersonStore(storage).person.value).toEqual(first)
  })

  it('a change of name keeps the secret; an empty name changes nothing', () => {
    const storage = memoryStorage()
    const store = new OwnPersonStore(storage)
    const { secret } = store.person.value
    store.change({ name: '  Ana   Sousa ' })
    expect(store.person.value).toMatchObject({ secret, name: 'Ana Sousa' })
    store.change({ name: '   ' })
    expect(store.person.value.name).toBe('Ana Sousa')
    expect(new OwnPersonStore(storage).person.value.name).toBe('Ana Sousa')
  })

  it('two browsers are two people', () => {
    expect(makePerson(platformRandom).secret).not.toBe(makePerson(platformRandom).secret)
  })

  it('whatever stands in the storage, there is a person', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const storage = memoryStorage()
        storage.values.set('scriptorium.person', text)
        expect(parsePerson(new OwnPersonStore(storage).person.value)).toBeDefined()
      }),
    )
  })
})
