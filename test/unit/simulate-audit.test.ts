import { expect, test } from 'vitest'
import { Audit, type FindingKind, hasTornMarks } from '../../simulate/audit.ts'

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
