// `scriptorium doctor`: checks a data folder, document by document, and repairs what can be.
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../shared/errors.ts'
import { platformRandom } from '../../shared/ids.ts'
import { type Examined, examine } from '../doctor/examine.ts'
import { type Counts, count } from '../doctor/findings.ts'
import { inspectLevelFolder, openLevelStore, repairLevelFolder } from '../store/level.ts'
import type { FileDamage } from '../store/leveldb/inspect.ts'

/** Where the doctor's words go; `progress` is replaced by the next one where that is possible. */
export type DoctorOutput = { say(text: string): void; complain(text: string): void; progress(text: string): void }

type Order = { folder: string; repair: boolean; json: boolean }
/** `copy`: where the database was copied before its files were repaired. */
type Outcome = { files: FileDamage[]; copy?: string; examined?: Examined }

const exitSound = 0
const exitDamage = 1
const exitUsage = 2

const flags = {
  data: { type: 'string' },
  repair: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Runs the command. Resolves with its exit code: 0 sound or wholly repaired, 1 damage, 2 it could not be looked at. */
export async function doctor(args: string[], env: NodeJS.ProcessEnv, output: DoctorOutput): Promise<number> {
  const order = parse(args, env)
  if (order !== 'help' && 'wrong' in order) {
    output.complain(`${order.wrong}\nSee: scriptorium doctor --help`)
    return exitUsage
  }
  if (order === 'help') {
    output.say(doctorHelp)
    return exitSound
  }
  try {
    await assertDataFolder(order.folder)
    const outcome = await treat(order, output)
    output.say(order.json ? inJson(order, outcome) : inWords(order, outcome))
    return isSoundNow(order, outcome) ? exitSound : exitDamage
  } catch (error) {
    output.complain(explain(error))
    return exitUsage
  }
}

function parse(args: string[], env: NodeJS.ProcessEnv): Order | 'help' | { wrong: string } {
  try {
    const { values } = parseArgs({ args, options: flags, strict: true })
    if (values.help) return 'help'
    const folder = values.data ?? (env.DATA_DIR || './data')
    if (folder === '') return { wrong: '--data (DATA_DIR): the folder that holds the documents' }
    return { folder: resolve(folder), repair: values.repair ?? false, json: values.json ?? false }
  } catch (error) {
    return { wrong: (error instanceof Error ? error.message : String(error)).replace(/\n/g, ' ') }
  }
}

/** Opening would make a database where there is none. */
async function assertDataFolder(folder: string): Promise<void> {
  const inside = await readdir(join(folder, 'leveldb')).catch(() => undefined)
  if (inside === undefined || inside.length === 0) {
    throw new AppError('not-found', `There is no Scriptorium database in ${folder}. Name its folder with --data.`)
  }
}

async function treat(order: Order, output: DoctorOutput): Promise<Outcome> {
  const { folder, repair } = order
  output.progress('Looking at the files of the database …')
  const files = await inspectLevelFolder(folder)
  let copy: string | undefined
  if (files.length > 0) {
    // Opened as they are, LevelDB would throw away what it cannot read.
    if (!repair) return { files }
    copy = await freeName(`${folder}.before-repair`)
    output.progress(`Copying the database to ${copy} …`)
    await repairLevelFolder(folder, copy)
  }
  const store = await openLevelStore({ folder, durability: 'fsync' })
  try {
    const options = { repair, random: platformRandom, now: Date.now() }
    const examined = await examine(store, {
      ...options,
      onProgress: (counts) => output.progress(countsInWords(counts)),
    })
    return { files, examined, ...(copy !== undefined && { copy }) }
  } finally {
    await store.close()
  }
}

async function freeName(wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`
    const isTaken = await stat(name).then(
      () => true,
      () => false,
    )
    if (!isTaken) return name
  }
}

const damagesOf = ({ examined }: Outcome) => (examined?.findings ?? []).filter(({ kind }) => kind === 'damage')

function isSoundNow({ repair }: Order, outcome: Outcome): boolean {
  return repair || (outcome.files.length === 0 && damagesOf(outcome).length === 0)
}

function inJson(order: Order, outcome: Outcome): string {
  const { files, copy, examined } = outcome
  return JSON.stringify({
    folder: order.folder,
    sound: files.length === 0 && damagesOf(outcome).length === 0,
    repaired: order.repair,
    files,
    ...(copy !== undefined && { copy }),
    ...(examined !== undefined && {
      ...examined.counts,
      findings: examined.findings,
      newKeys: examined.newKeys,
      setAside: examined.asideCount,
    }),
  })
}

function inWords(order: Order, outcome: Outcome): string {
  const { files, copy, examined } = outcome
  const lines = [`Data folder ${order.folder}`, '']
  if (files.length > 0) {
    lines.push('Damaged files of the database:', ...files.map(({ file, what }) => `  ${file} ${what}`))
    if (copy !== undefined) {
      lines.push(`  Repaired; the files as they were are in ${copy}`)
      lines.push('  The last commits of a document can be gone without a trace. Pages that hold them will say so.')
    }
    lines.push('')
  }
  if (examined === undefined) {
    lines.push('The documents were not looked at: reading them now would throw away what cannot be read.')
  } else lines.push(...documentsInWords(order, examined))
  return [...lines, '', verdict(order, outcome)].join('\n')
}

function documentsInWords({ repair }: Order, { counts, findings, newKeys, asideCount }: Examined): string[] {
  const lines = [countsInWords(counts)]
  if (asideCount > 0) lines.push(`Set aside in the database, out of use: ${count(asideCount, 'entry', 'entries')}.`)
  for (const kind of ['damage', 'note'] as const) {
    const some = findings.filter((finding) => finding.kind === kind)
    if (some.length > 0) lines.push('', kind === 'damage' ? 'Damage:' : 'For your information:')
    for (const { documentId, what, remedy } of some) {
      lines.push(`  ${documentId === undefined ? '' : `Document ${documentId}: `}${what}`)
      if (remedy !== undefined) lines.push(`    ${repair ? 'Repaired' : 'With --repair'}: ${remedy}.`)
    }
  }
  if (newKeys.length > 0) {
    lines.push('', 'New owners’ links, behind the address of your server. They are shown only now:')
    for (const { documentId, key } of newKeys) lines.push(`  /d/${documentId}#${key}`)
  }
  return lines
}

function verdict(order: Order, outcome: Outcome): string {
  if (outcome.files.length === 0 && damagesOf(outcome).length === 0) return 'Sound.'
  if (order.repair) return 'Repaired.'
  return `Damaged. Repair it with: scriptorium doctor --repair --data ${order.folder}`
}

function countsInWords({ documents, commits, chatLines, bytes }: Counts): string {
  const parts = [count(documents, 'document', 'documents'), count(commits, 'commit', 'commits')]
  return [...parts, count(chatLines, 'chat line', 'chat lines'), `${(bytes / 1024 / 1024).toFixed(1)} MB`].join(', ')
}

function explain(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `The data folder cannot be read and written by this user (${path}).`
  }
  if (code === 'ENOSPC')
    return `There is no room on the disk (${path}); nothing was repaired. A repair first makes a copy.`
  return error instanceof Error ? error.message : String(error)
}

const doctorHelp = [
  'Checks a data folder and says what is damaged. Stop the server first.',
  '',
  'Usage: scriptorium doctor [--data <folder>] [--repair] [--json]',
  '',
  '  --data <folder>   folder that holds the documents (./data)',
  '                    environment: DATA_DIR',
  '  --repair          repairs what can be. Files are copied first, entries are moved aside, nothing is thrown away',
  '  --json            the result for programs',
  '  -h, --help        this text',
  '',
  'Exit code: 0 sound, or repaired; 1 damaged; 2 it could not be looked at.',
].join('\n')
