import { expect, test } from 'vitest'
import { Audit, type FindingKind, hasTornMarks } from '../../simulate/audit.ts'
import { MarkSet } from '../../simulate/mark-set.ts'
import { Random, runSeed, withSeed } from '../harness/random.ts'

const [a, b, c] = ['⟦1-1⟧', '⟦2-1⟧', '⟦1-2⟧'] as [string, string, string]
const typing = (typed: string) => ({ typed, deleted: [] })
const deleting = (...deleted: string[]) => ({ typed: undefined, deleted })

function auditWith(...typed: string[]): Audit {
  const audit = new Audit()
  for (const mark of typed) audit.made(typing(mark))
  return audit
}
const kinds = (findings: { kind: FindingKind }[]) => findings.map(({ kind }) => kind)

test('what was acknowledged and is missing is lost; what was not, may be', () => {
  const audit = auditWith(a, b)
  audit.acknowledged(typing(a))
  expect(audit.kept(`${b}`, audit.promises())).toEqual([{ kind: 'lost', marks: [a] }])
  expect(audit.kept(`x${a}y`, audit.promises())).toEqual([])
})

test('what was promised later does not count for a text that was read before', () => {
  const audit = auditWith(a)
  const before = audit.promises()
  audit.acknowledged(typing(a))
  expect(audit.kept('', before)).toEqual([])
  expect(kinds(audit.kept('', audit.promises()))).toEqual(['lost'])
})

test('what somebody has deleted may be missing; once that is acknowledged it may not be back', () => {
  const audit = auditWith(a)
  audit.acknowledged(typing(a))
  audit.made(deleting(a))
  expect(audit.kept('', audit.promises())).toEqual([])
  expect(audit.kept(a, audit.promises())).toEqual([])
  audit.acknowledged(deleting(a))
  expect(kinds(audit.kept(a, audit.promises()))).toEqual(['back'])
})

test('what a page called saved is a promise of its own', () => {
  const audit = auditWith(a)
  audit.shownAsSaved(typing(a))
  expect(kinds(audit.kept('', audit.promises()))).toEqual(['lost-though-saved'])
})

test('doubled, unknown and torn marks are found, marks that were only deleted are not known', () => {
  const audit = auditWith(a)
  audit.made(deleting(c))
  expect(kinds(audit.kept(`${a}${a}`, { upTo: 0 }))).toEqual(['twice'])
  expect(audit.kept(`${b}${c}`, { upTo: 0 })).toEqual([{ kind: 'unknown', marks: [b, c] }])
  expect(kinds(audit.kept('⟦1-1', { upTo: 0 }))).toEqual(['torn'])
  expect(hasTornMarks(`${a}x`)).toBe(false)
  expect(hasTornMarks('x⟧')).toBe(true)
})

test('in the end everything that was typed and not deleted stands there, and nothing else', () => {
  const audit = auditWith(a, b)
  audit.made(deleting(b))
  expect(audit.final(a)).toEqual([])
  expect(kinds(audit.final(''))).toEqual(['missing'])
  expect(kinds(audit.final(`${a}${b}`))).toEqual(['left'])
})

test('what is settled is counted, may not come back, and is found to be back only by promises that cover it', () => {
  const audit = auditWith(a, b, c)
  for (const mark of [a, b, c]) audit.acknowledged(typing(mark))
  const early = audit.promises()
  audit.made(deleting(a, b))
  audit.acknowledged(deleting(a))
  audit.settle(audit.promises())
  audit.acknowledged(deleting(b))
  expect([audit.typedCount, audit.deletedCount]).toEqual([3, 2])
  expect(audit.kept(c, audit.promises())).toEqual([])
  expect(audit.kept(`${a}${b}${c}`, early)).toEqual([])
  expect(audit.kept(`${a}${b}${c}`, audit.promises())).toEqual([{ kind: 'back', marks: [a, b] }])
  expect(audit.final(`${a}${c}`)).toEqual([{ kind: 'left', marks: [a] }])
  // Whoever deleted it as well hears of that later.
  audit.made(deleting(a))
  audit.acknowledged(deleting(a))
  expect([audit.typedCount, audit.deletedCount]).toEqual([3, 2])
  expect(audit.final(c)).toEqual([])
})

test('a set of marks holds what was put in, in any order, and nothing else', () =>
  withSeed(runSeed, async () => {
    const random = new Random(runSeed)
    const marks = new MarkSet()
    const put = new Set<string>()
    for (let i = 0; i < 2_000; i++) {
      const mark = `⟦${random.between(1, 4)}-${random.between(1, 300)}⟧`
      marks.add(mark)
      put.add(mark)
    }
    expect(marks.size).toBe(put.size)
    const begins = [...put].filter((mark) => !put.has(mark.replace(/\d+(?=⟧)/, (n) => String(Number(n) - 1))))
    expect(marks.stretches).toBe(begins.length)
    for (let author = 1; author <= 4; author++) {
      for (let n = 0; n <= 302; n++) expect(marks.has(`⟦${author}-${n}⟧`)).toBe(put.has(`⟦${author}-${n}⟧`))
    }
  }))
