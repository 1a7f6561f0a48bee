// Every check of the verdict is shown to fail, and to fail alone: a tester must be able to believe both answers.
import { describe, expect, test } from 'vitest'
import { Audit } from '../../simulate/audit.ts'
import { describe as describeDifference } from '../../simulate/evidence-folder.ts'
import { parseFaults } from '../../simulate/faults/fault-list.ts'
import type { Copy } from '../../simulate/finale.ts'
import { blame, type CheckId, Incidents } from '../../simulate/scene.ts'
import { type Facts, goodLine, judge } from '../../simulate/verdict.ts'

const text = 'begin ⟦1-1⟧ab⟦2-1⟧'
const copy = (name: string): Copy => ({
  name,
  text,
  state: new Uint8Array(),
  status: 'live',
  saveState: 'saved',
  unsaved: 0,
})

/** A run in which all is well. */
function good(): Facts {
  const audit = new Audit()
  for (const typed of ['⟦1-1⟧', '⟦2-1⟧']) {
    audit.made({ typed, deleted: [] })
    audit.acknowledged({ typed, deleted: [] })
    audit.shownAsSaved({ typed, deleted: [] })
  }
  const tally = new Map(['durable', 'hostile', 'cold', 'readonly', 'corrupt', 'read', 'looks'].map((name) => [name, 3]))
  return {
    audit,
    incidents: new Incidents(() => 1),
    tally,
    faults: parseFaults('all', true),
    isOwn: true,
    clients: 2,
    endContent: undefined,
    evidence: {
      copies: [copy('Ada'), copy('Bob')],
      backMs: 100,
      sameMs: 10,
      promises: audit.promises(),
      serverText: text,
      newcomerText: text,
      newcomerState: new Uint8Array(),
      diskText: text,
      presence: [],
      memory: { serverAtStart: 1e8, serverPeak: 2e8, serverAtEnd: 1.5e8, toolAtEnd: 1e8 },
    },
  }
}

const failedOf = (facts: Facts) =>
  judge(facts)
    .checks.filter(({ state }) => state === 'failed')
    .map(({ id }) => id)

test('when all is well it says so, and every check was made', () => {
  const verdict = judge(good())
  expect(verdict).toMatchObject({ isGood: true, line: goodLine })
  expect(verdict.checks.map(({ state }) => state)).toEqual(verdict.checks.map(() => 'ok'))
  expect(verdict.checks.length).toBeGreaterThanOrEqual(14)
})

describe('it fails for', () => {
  const wrong: [string, CheckId[], (facts: Facts) => void][] = [
    [
      'somebody who did not come back',
      ['quiet'],
      ({ evidence }) => Object.assign(evidence.copies[0]!, { status: 'offline' }),
    ],
    ['edits that were never saved', ['quiet'], ({ evidence }) => Object.assign(evidence.copies[1]!, { unsaved: 1 })],
    [
      'a page that never says saved',
      ['quiet'],
      ({ evidence }) => Object.assign(evidence.copies[1]!, { saveState: 'saving' }),
    ],
    ['nobody quiet in time', ['quiet'], ({ evidence }) => Object.assign(evidence, { backMs: undefined })],
    ['one copy of another text', ['same'], ({ evidence }) => Object.assign(evidence.copies[1]!, { text: `${text}!` })],
    ['a newcomer with another text', ['same'], ({ evidence }) => Object.assign(evidence, { newcomerText: '' })],
    [
      'copies that became the same too late',
      ['same'],
      ({ evidence }) => Object.assign(evidence, { sameMs: undefined }),
    ],
    ['another text on the disk', ['disk'], ({ evidence }) => Object.assign(evidence, { diskText: 'begin' })],
    ['a disk that cannot be read', ['disk'], ({ evidence }) => Object.assign(evidence, { diskText: undefined })],
    ['an acknowledgement that was not durable', ['durable'], ({ incidents }) => incidents.add('durable', 'x')],
    ['a mark that got lost meanwhile', ['kept'], ({ incidents }) => incidents.add('kept', 'x')],
    ['"Saved" that was not true', ['saved'], ({ incidents }) => incidents.add('saved', 'x')],
    ['somebody left over', ['presence'], ({ evidence }) => void evidence.presence.push('Ada sees Bob, who left')],
    ['a hostile packet that was taken', ['hostile'], ({ incidents }) => incidents.add('hostile', 'x')],
    ['a document split by opening it', ['cold'], ({ incidents }) => incidents.add('cold', 'x')],
    ['a start on a read-only folder', ['readonly'], ({ incidents }) => incidents.add('readonly', 'x')],
    ['damage that nobody noticed', ['corrupt'], ({ incidents }) => incidents.add('corrupt', 'x')],
    ['an error in the log', ['errors'], ({ incidents }) => incidents.add('errors', 'x')],
    ['a server that has grown', ['memory'], ({ evidence }) => Object.assign(evidence.memory, { serverAtEnd: 1e9 })],
  ]
  for (const [name, ids, spoil] of wrong) {
    test(name, () => {
      const facts = good()
      spoil(facts)
      expect(failedOf(facts)).toEqual(ids)
      expect(judge(facts).line).toMatch(/^FAILED: /)
    })
  }

  /** The same wrong text everywhere: only what was promised can tell. */
  const everywhere = (facts: Facts, wrongText: string) => {
    const { evidence } = facts
    Object.assign(evidence, { serverText: wrongText, newcomerText: wrongText, diskText: wrongText })
    for (const one of evidence.copies) one.text = wrongText
    return failedOf(facts)
  }
  test('an acknowledged edit that is missing everywhere', () => {
    expect(everywhere(good(), 'begin ⟦1-1⟧ab')).toEqual(['kept', 'saved'])
  })
  test('an edit that stands twice everywhere', () => expect(everywhere(good(), `${text}⟦1-1⟧`)).toEqual(['marks']))
  test('an edit that nobody made', () => expect(everywhere(good(), `${text}⟦9-9⟧`)).toEqual(['marks']))
  test('an edit that was torn apart', () => expect(everywhere(good(), `${text}⟦`)).toEqual(['marks']))
  test('a deletion that did not stay', () => {
    const facts = good()
    facts.audit.made({ typed: undefined, deleted: ['⟦1-1⟧'] })
    facts.audit.acknowledged({ typed: undefined, deleted: ['⟦1-1⟧'] })
    facts.evidence.promises = facts.audit.promises()
    expect(failedOf(facts)).toEqual(['kept'])
  })
  test('a recorded session that ends otherwise', () => {
    expect(failedOf({ ...good(), endContent: 'other' })).toEqual(['trace'])
    expect(failedOf({ ...good(), endContent: text })).toEqual([])
  })
})

test('what was not looked at is said, and is no failure', () => {
  const facts = { ...good(), isOwn: false, tally: new Map<string, number>() }
  const { isGood, checks } = judge(facts)
  expect(isGood).toBe(true)
  const open = checks.filter(({ state }) => state === 'open').map(({ id }) => id)
  expect(open).toEqual(['disk', 'durable', 'hostile', 'cold', 'readonly', 'corrupt'])
})

test('a finding is blamed on the promise that it breaks', () => {
  const incidents = new Incidents(() => 0)
  const marks = ['⟦1-1⟧']
  blame({ incidents }, 'durable', 'after kill -9', [
    { kind: 'lost', marks },
    { kind: 'torn', marks },
    { kind: 'lost-though-saved', marks },
  ])
  expect(incidents.list.map(({ check }) => check)).toEqual(['durable', 'marks', 'saved'])
})

test('a copy that differs is told with the ranges', () => {
  expect(describeDifference('Ada', 'one\ntwo\n', 'one\n2\n')).toEqual([
    'Ada differs from the server in 1 places:',
    '  4–7: the server has "two", Ada has "2"',
  ])
  expect(describeDifference('Ada', 'same', 'same')).toEqual([])
})
