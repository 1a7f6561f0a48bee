import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import {
  applyDifferences,
  cleanText,
  cleanTextInPlace,
  digestOf,
  isCleanText,
  textDifferences,
} from '../../shared/text.ts'

const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', '😀', '\ud83d', '\ude00', 'é'), maxLength: 60 })
const lineText = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀', 'x\n', 'y\n'), maxLength: 60 })

describe('text hygiene', () => {
  it('CRLF and CR become LF, half pairs become U+FFFD, whole pairs stay', () => {
    expect(cleanText('a\r\nb\rc\n')).toBe('a\nb\nc\n')
    expect(cleanText('x\ud83dy\ude00z😀')).toBe('x\ufffdy\ufffdz😀')
    expect(cleanText('\ude00\ud83d')).toBe('\ufffd\ufffd')
  })

  it('cleaned text is clean, and clean text is left alone', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isCleanText(cleanText(text))).toBe(true)
        expect(isCleanText(cleanTextInPlace(text))).toBe(true)
        expect(cleanTextInPlace(text)).toHaveLength(text.length)
        if (isCleanText(text)) expect(cleanText(text)).toBe(text)
        else expect(cleanText(text)).not.toBe(text)
      }),
    )
  })

  it('Yjs itself turns a lone surrogate into U+FFFD on the way out, which is why it may not get that far', () => {
    const here = new Y.Doc()
    const there = new Y.Doc()
    here.getText('content').insert(0, 'a\ud83db')
    Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
    expect(here.getText('content').toString()).toBe('a\ud83db')
    expect(there.getText('content').toString()).toBe('a\ufffdb')
  })
})

describe('digest', () => {
  it('is 16 hexadecimal digits and pinned: client and server of different builds must agree', () => {
    expect(digestOf('')).toMatch(/^[0-9a-f]{16}$/)
    expect([digestOf(''), digestOf('a'), digestOf('scriptorium 😀\n')]).toMatchInlineSnapshot(`
      [
        "ab3e7c0b0578ab1b",
        "2a681819c57f9280",
        "937c70786ad0664b",
      ]
    `)
  })

  it('tells apart texts that differ by one unit, one order, one length', () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), fc.string({ minLength: 1, maxLength: 2 }), (text, at, put) => {
        const other = text.slice(0, at) + put + text.slice(at)
        expect(digestOf(other)).not.toBe(digestOf(text))
      }),
    )
    const digests = new Set(Array.from({ length: 20_000 }, (_, i) => digestOf(String(i))))
    expect(digests.size).toBe(20_000)
  })
})

describe('differences', () => {
  it('applied to the old text they give the new one', () => {
    fc.assert(
      fc.property(lineText, lineText, fc.constantFrom(0, 3, 1_000), (before, after, costMax) => {
        const differences = textDifferences(before, after, costMax)
        expect(applyDifferences(before, differences)).toBe(after)
        for (const { index, removed } of differences) expect(before.slice(index, index + removed.length)).toBe(removed)
        if (before === after) expect(differences).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('lines that stayed are not in them, and no pair is cut', () => {
    expect(textDifferences('one\ntwo\nthree\nfour\n', 'one\n2\nthree\n4\n')).toEqual([
      { index: 4, removed: 'two\n', inserted: '2\n' },
      { index: 14, removed: 'four', inserted: '4' },
    ])
    expect(textDifferences('a😀', 'a😁')).toEqual([{ index: 1, removed: '😀', inserted: '😁' }])
  })
})
