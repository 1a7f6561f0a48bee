// A chat line in pieces, without a browser.
import { describe, expect, it } from 'vitest'
import { type ChatPiece, chatPieces, mentionAt, namesLike, safeAddress } from '../../client/panels/chat-text.ts'

const short = (piece: ChatPiece) =>
  piece.kind === 'text' ? piece.text : [piece.kind, piece.kind === 'link' ? piece.href : piece.name]
const pieces = (text: string, names: string[] = []) => chatPieces(text, names).map(short)

describe('a chat line in pieces', () => {
  it('has links of http, https and mailto, without the stops and brackets around them', () => {
    expect(pieces('(see https://a.org/b_(c), or http://d.org/?e=f#g!)')).toEqual([
      '(see ',
      ['link', 'https://a.org/b_(c)'],
      ', or ',
      ['link', 'http://d.org/?e=f#g'],
      '!)',
    ])
    expect(pieces('mailto:a@b.org.')).toEqual([['link', 'mailto:a@b.org'], '.'])
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt://a.org/%0aalert(1)',
    'data:text/html,<b>',
    'vbscript:x',
    'file:///etc/passwd',
    'https://',
    'https://bank.example@evil.example/',
    'xhttps://a.org',
  ])('has none of %s', (text) => {
    expect(chatPieces(text, []).filter(({ kind }) => kind === 'link')).toEqual([])
    expect(
      chatPieces(text, [])
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  })

  it('an address ends where a character turns the direction', () => {
    expect(pieces('https://a.org/\u202egro.b//:sptth')[0]).toEqual(['link', 'https://a.org/'])
    expect(safeAddress('https://user:pass@a.org')).toBeUndefined()
  })

  it('names are the longest known ones, whole words, however they are written', () => {
    expect(pieces('@ada lund, @Ada and a@Ada @Adalbert', ['Ada', 'Ada Lund'])).toEqual([
      ['mention', 'Ada Lund'],
      ', ',
      ['mention', 'Ada'],
      ' and a@Ada @Adalbert',
    ])
    expect(pieces('@', ['', 'A'])).toEqual(['@'])
    expect(pieces('@a.*', ['A.*'])).toEqual([['mention', 'A.*']])
  })

  it('is the text again when put together, whatever it is, and never takes long', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `Name ${i}`)
    for (const text of [
      '@'.repeat(4_000),
      'https://'.repeat(500),
      'https://a('.repeat(400),
      '@Name 1'.repeat(500),
      '',
    ]) {
      expect(
        chatPieces(text, names)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    }
  })

  it('knows which name is being written', () => {
    expect(mentionAt('Hi @lu', 6)).toEqual({ from: 3, typed: 'lu' })
    expect(mentionAt('Hi @lu and', 5)).toEqual({ from: 3, typed: 'l' })
    expect(mentionAt('mail@lu', 7)).toBeUndefined()
    expect(mentionAt('@a\nb', 4)).toBeUndefined()
    expect(mentionAt('', 0)).toBeUndefined()
    expect(namesLike('lu', ['Bea Lund', 'Luis', 'Paul'])).toEqual(['Bea Lund', 'Luis'])
    expect(
      namesLike(
        '',
        Array.from({ length: 20 }, (_, i) => `${i}`),
      ),
    ).toHaveLength(6)
  })
})
