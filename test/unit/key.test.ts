import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeKey, encodeKey, type KeyPart, prefixRange } from '../../server/store/key.ts'

const seeded = process.env.SEED ? { seed: Number(process.env.SEED) } : {}
const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((part) => !part.includes('\0'))
const number = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 48 - 1 }))
const key = fc.array(fc.oneof(text, number), { maxLength: 4 })

/** Order of arrays: numbers before strings, strings by code point, a shorter array before what continues it. */
function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y) continue
    if (typeof x === 'number') return typeof y === 'number' ? Math.sign(x - y) : -1
    if (typeof y === 'number') return 1
    return Buffer.compare(Buffer.from(x), Buffer.from(y))
  }
  return Math.sign(a.length - b.length)
}

describe('a store key', () => {
  test('decodes to the array that was encoded', () => {
    fc.assert(
      fc.property(key, (parts) => {
        expect(decodeKey(encodeKey(parts))).toEqual(parts)
      }),
      seeded,
    )
    expect(decodeKey(encodeKey(['\ufeffmark', '', 0, 2 ** 48 - 1]))).toEqual(['\ufeffmark', '', 0, 2 ** 48 - 1])
  })

  test('sorts by bytes as the arrays sort', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Buffer.compare(encodeKey(a), encodeKey(b))).toBe(compareKeys(a, b))
      }),
      { numRuns: 1000, ...seeded },
    )
    const seqs = [1, 2, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 40]
    const sorted = seqs.map((seq) => encodeKey(['doc', seq])).sort(Buffer.compare)
    expect(sorted.map((bytes) => decodeKey(bytes)[1])).toEqual(seqs)
  })

  test('lies in the range of a prefix exactly when it begins with these parts', () => {
    fc.assert(
      fc.property(key, key, fc.boolean(), (prefix, other, continues) => {
        const parts = continues ? [...prefix, ...other] : other
        const begins = prefix.every((part, i) => part === parts[i]) && parts.length >= prefix.length
        const { gte, lt } = prefixRange(prefix)
        const bytes = encodeKey(parts)
        expect(Buffer.compare(bytes, gte) >= 0 && Buffer.compare(bytes, lt) < 0).toBe(begins)
      }),
      { numRuns: 1000, ...seeded },
    )
  })

  test('refuses parts that two keys could share or that have no order', () => {
    for (const part of ['a\0', '\ud800', 'x\udfff', -1, 1.5, 2 ** 48, Number.NaN]) {
      expect(() => encodeKey([part]), String(part)).toThrow(RangeError)
    }
  })

  test('refuses bytes that are no key', () => {
    for (const bytes of [[3], [2, 97], [1, 0, 0], [2, 0xff, 0]]) {
      expect(() => decodeKey(Uint8Array.from(bytes)), String(bytes)).toThrow(RangeError)
    }
  })
})
