// The verdict: what was seen, held against what the product promises. Pure: every check can be shown to fail.
import { digestOf } from '../shared/text.ts'
import { type Audit, describeFinding } from './audit.ts'
import type { FaultSettings } from './faults/fault-list.ts'
import type { Evidence } from './finale.ts'
import type { CheckId, Incidents } from './scene.ts'

/** `state`: `open` means that it was not looked at, and why stands in `detail`. `failures`: what is wrong, a line each. */
export type Check = { id: CheckId; title: string; state: 'ok' | 'failed' | 'open'; detail: string; failures: string[] }

export type Verdict = { isGood: boolean; line: string; checks: Check[] }

export type Facts = {
  evidence: Evidence
  audit: Audit
  incidents: Incidents
  tally: ReadonlyMap<string, number>
  faults: FaultSettings
  /** Whether the tool ran the server itself. */
  isOwn: boolean
  clients: number
  /** What a recorded session has to end with. */
  endContent: string | undefined
}

/** Resident memory of a server in the end, with everybody gone: what a server of Node takes, and some for each client. */
const serverBytesBase = 400 * 1024 * 1024
const serverBytesPerClient = 2 * 1024 * 1024

export const goodLine = 'CONVERGED, NOTHING LOST'

export function judge(facts: Facts): Verdict {
  const checks = [
    quiet,
    same,
    disk,
    kept,
    durable,
    saved,
    marks,
    presence,
    trace,
    hostile,
    cold,
    readonly,
    corrupt,
    errors,
    memory,
  ]
    .map((check) => check(facts))
    .filter((check) => check !== undefined)
  const failed = checks.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return { isGood: true, line: goodLine, checks }
  return { isGood: false, line: `FAILED: ${failed.map(({ title }) => title.toLowerCase()).join('; ')}`, checks }
}

type Part = (facts: Facts) => Check | undefined

function check(id: CheckId, title: string, detail: string, failures: string[]): Check {
  return { id, title, detail, failures, state: failures.length > 0 ? 'failed' : 'ok' }
}

const open = (id: CheckId, title: string, detail: string): Check => ({ id, title, detail, failures: [], state: 'open' })
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
const many = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

const quiet: Part = ({ evidence: { backMs, copies } }) => {
  const away = copies.filter(
    ({ status, unsaved, saveState }) => status !== 'live' || unsaved > 0 || saveState !== 'saved',
  )
  const failures = away.map(
    ({ name, status, unsaved, saveState }) =>
      `${name} is ${status}, shows "${saveState}", ${unsaved} edits are unsaved`,
  )
  if (backMs === undefined && failures.length === 0) failures.push('not everybody came back in time')
  const detail =
    backMs === undefined ? 'never' : `everybody live and all saved ${seconds(backMs)} after the faults ended`
  return check('quiet', 'Everybody came back', detail, failures)
}

const same: Part = ({ evidence: { copies, serverText, newcomerText, sameMs } }) => {
  const failures: string[] = []
  if (serverText === undefined) failures.push('the server did not give its text')
  if (copies.length > 0 && sameMs === undefined) failures.push('the copies did not become the same in time')
  const reference = serverText ?? copies[0]?.text ?? ''
  for (const { name, text } of copies)
    if (text !== reference)
      failures.push(`${name} holds another text than the server: ${summary(text)}, not ${summary(reference)}`)
  if (newcomerText !== reference)
    failures.push(`a newcomer gets another text: ${summary(newcomerText ?? '')}, not ${summary(reference)}`)
  const took = sameMs === undefined ? '' : ` after ${seconds(sameMs)}`
  return check(
    'same',
    'All copies are the same',
    `${many(copies.length, 'client')}, the server and a newcomer: ${summary(reference)}${took}`,
    failures,
  )
}

const summary = (text: string) => `${text.length} characters, digest ${digestOf(text)}`

const disk: Part = ({ isOwn, evidence: { diskText, serverText, sameMs } }) => {
  const title = 'The disk holds the same'
  if (!isOwn) return open('disk', title, 'needs a server that the tool may restart')
  if (diskText === undefined)
    return check('disk', title, 'never', ['after kill -9 and a new start the server did not give its text'])
  if (sameMs === undefined) return open('disk', title, 'people still wrote when the server was read')
  const failures =
    diskText === serverText
      ? []
      : [`after kill -9 and a new start there is another text: ${summary(diskText)}, not ${summary(serverText ?? '')}`]
  return check('disk', title, `after kill -9 and a new start: ${summary(diskText)}`, failures)
}

const kept: Part = ({ audit, incidents, evidence: { serverText = '', promises, sameMs }, tally }) => {
  const failures = incidents.of('kept')
  for (const finding of [
    ...audit.kept(serverText, promises),
    ...(sameMs === undefined ? [] : audit.final(serverText)),
  ]) {
    if (finding.kind === 'lost' || finding.kind === 'back' || finding.kind === 'missing' || finding.kind === 'left') {
      failures.push(`in the end: ${describeFinding(finding)}`)
    }
  }
  const { typedCount, acknowledgedCount, deletedCount } = audit
  const reads = tally.get('read') ?? 0
  return check(
    'kept',
    'Nothing acknowledged is lost',
    `${many(typedCount, 'mark')} typed, ${acknowledgedCount} acknowledged, ${deletedCount} deleted since; the server's text was read ${reads} times meanwhile`,
    failures,
  )
}

const durable: Part = ({ isOwn, incidents, tally }) => {
  const title = 'No acknowledgement before it was durable'
  const looks = tally.get('durable') ?? 0
  if (!isOwn) return open('durable', title, 'needs a server that the tool may kill')
  if (looks === 0) return open('durable', title, 'the server was not interrupted')
  return check(
    'durable',
    title,
    `${many(looks, 'look')} at what a killed, stopped or full server held, before anybody was let in`,
    incidents.of('durable'),
  )
}

const saved: Part = ({ audit, incidents, tally, evidence: { serverText = '', promises } }) => {
  const lost = audit.kept(serverText, promises).filter(({ kind }) => kind === 'lost-though-saved')
  const failures = [...incidents.of('saved'), ...lost.map((finding) => `in the end: ${describeFinding(finding)}`)]
  return check(
    'saved',
    '"Saved" was always true',
    `${tally.get('looks') ?? 0} looks at what the pages showed`,
    failures,
  )
}

const marks: Part = ({ audit, incidents, evidence: { serverText = '' } }) => {
  const odd = audit
    .kept(serverText, { upTo: 0 })
    .filter(({ kind }) => kind === 'twice' || kind === 'unknown' || kind === 'torn')
  const failures = [...incidents.of('marks'), ...odd.map((finding) => `in the end: ${describeFinding(finding)}`)]
  return check(
    'marks',
    'Nothing doubled, torn or made up',
    'every mark stands whole and once, and somebody typed it',
    failures,
  )
}

const presence: Part = ({ evidence }) =>
  check(
    'presence',
    'Nobody is left over',
    'everybody sees exactly those who are there, and when all had left nobody',
    evidence.presence,
  )

const trace: Part = ({ endContent, incidents, evidence: { serverText, diskText, newcomerText, copies }, isOwn }) => {
  if (endContent === undefined) return undefined
  const failures = incidents.of('trace')
  const expect = (text: string | undefined, where: string) => {
    if (text !== endContent)
      failures.push(`${where} does not hold the recorded text: ${summary(text ?? '')}, not ${summary(endContent)}`)
  }
  expect(serverText, 'the server')
  expect(newcomerText, 'a newcomer')
  for (const { name, text } of copies) expect(text, name)
  if (isOwn) expect(diskText, 'the disk')
  return check('trace', 'The recorded text', summary(endContent), failures)
}

/** A fault with an expectation of its own; left out when it was off. */
const drill =
  (id: 'hostile' | 'cold' | 'readonly' | 'corrupt', title: string, detail: (count: number) => string): Part =>
  ({ faults, incidents, tally }) => {
    if (faults[id] === undefined) return undefined
    const done = tally.get(id) ?? 0
    const failures = incidents.of(id)
    return done === 0 && failures.length === 0
      ? open(id, title, 'it did not come to it')
      : check(id, title, detail(done), failures)
  }

const hostile = drill('hostile', 'Hostile clients harm nobody', (n) => `${many(n, 'hostile packet')}, none taken`)
const cold = drill('cold', 'Opened by many at once', (n) => `${many(n, 'document')}: one room, one text, nothing lost`)
const readonly = drill(
  'readonly',
  'A read-only folder is refused',
  (n) => `${many(n, 'start')} refused, nothing changed`,
)
const corrupt = drill(
  'corrupt',
  'A damaged log is noticed',
  (n) => `${many(n, 'turned byte')}: nothing was silently merged`,
)

const errors: Part = ({ incidents, evidence }) => {
  const failures = incidents.of('errors')
  const refused = evidence.copies.filter(({ status }) => status === 'refused')
  return check('errors', 'No errors', 'nobody was refused for good, nothing crashed, the server logged no failure', [
    ...failures,
    ...refused.map(({ name }) => `${name} was refused for good`),
  ])
}

const memory: Part = ({ evidence: { memory: bytes }, clients }) => {
  const title = 'Memory stays bounded'
  const { serverAtStart, serverAtEnd, serverPeak, toolAtEnd } = bytes
  if (serverAtEnd === undefined) return open('memory', title, 'the server does not tell: /metrics is not to be had')
  const MB = (value = 0) => `${Math.round(value / 1024 / 1024)} MB`
  const most = serverBytesBase + serverBytesPerClient * clients
  const failures =
    serverAtEnd > most
      ? [`the server takes ${MB(serverAtEnd)} with everybody gone; more than ${MB(most)} is too much`]
      : []
  return check(
    'memory',
    title,
    `server ${MB(serverAtStart)} in the beginning, ${MB(serverPeak)} at most, ${MB(serverAtEnd)} in the end; this tool ${MB(toolAtEnd)}`,
    failures,
  )
}
