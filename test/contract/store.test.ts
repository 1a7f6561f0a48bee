import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Durability, openLevelStore } from '../../server/store/level.ts'
import { createMemoryStore } from '../../server/store/memory.ts'
import type { StoreWrite } from '../../server/store/store.ts'
import { storeContract } from './store.ts'

const key = (n: number) => Uint8Array.of(1, n >> 8, n & 255)
const put = (n: number, value = Uint8Array.of(n & 255)): StoreWrite => ({ type: 'put', key: key(n), value })
const everything = { gte: Uint8Array.of(0), lt: Uint8Array.of(255) }

/** The store as JavaScript, for processes of their own. Inside the checkout, where `level` is found. */
let compiled: string
beforeAll(async () => {
  await mkdir('.tmp', { recursive: true })
  compiled = await mkdtemp(resolve('.tmp', 'store-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: 'server/store/level.ts',
      outDir: compiled,
      rollupOptions: { output: { entryFileNames: 'level.mjs' } },
    },
  })
})
afterAll(() => rm(compiled, { recursive: true, force: true }))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-store-'))
})
const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const openHere = () => openLevelStore({ folder, durability: 'os' })

storeContract('memory', async () => ({ store: createMemoryStore() }))

for (const durability of ['fsync', 'os'] as const) {
  storeContract(`LevelDB (${durability})`, async () => {
    const own = await mkdtemp(join(tmpdir(), 'scriptorium-store-'))
    return {
      store: await openLevelStore({ folder: join(own, 'data'), durability }),
      remove: () => rm(own, { recursive: true }),
    }
  })
}

describe('a LevelDB store', () => {
  test('holds after close and open what was committed', async () => {
    const first = await openHere()
    await first.commit([put(1), put(2)])
    await first.close()
    const second = await openHere()
    expect(await second.get(key(2))).toEqual(Uint8Array.of(2))
    await second.close()
  })

  test('keeps every acknowledged commit when the process is killed', async () => {
    const child = await storeProcess(`
      for (let n = 0; ; n++) { await store.commit([put(n)]); process.stdout.write(n + '\\n') }`)
    const acknowledged = await child.linesUntil((line) => Number(line) >= 200)
    child.process.kill('SIGKILL')
    await child.exited
    const store = await openHere()
    for (const line of acknowledged) expect(await store.get(key(Number(line)))).toBeDefined()
    await store.close()
  })

  test('refuses a database without CURRENT as damaged, and touches none of its files', async () => {
    const store = await openHere()
    await store.commit([put(1)])
    await store.close()
    await unlink(join(folder, 'leveldb', 'CURRENT'))
    const before = await readdir(join(folder, 'leveldb'))
    await expect(openHere()).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('damaged') })
    expect(await readdir(join(folder, 'leveldb'))).toEqual(before)
    await expect(access(join(folder, 'scriptorium.lock'))).rejects.toThrow()
  })

  test('refuses a foreign file in the place of the database', async () => {
    await mkdir(join(folder, 'leveldb'))
    await writeFile(join(folder, 'leveldb', 'notes.txt'), 'mine')
    await expect(openHere()).rejects.toMatchObject({ code: 'internal' })
  })

  test('refuses a database whose manifest is broken as damaged', async () => {
    await (await openHere()).close()
    const current = join(folder, 'leveldb', 'CURRENT')
    await writeFile(join(folder, 'leveldb', (await readFile(current, 'utf8')).trim()), 'broken')
    await expect(openHere()).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('damaged') })
  })

  test('creates the database after a first start that was killed before it was made', async () => {
    await mkdir(join(folder, 'leveldb'))
    for (const name of ['LOCK', 'LOG', 'MANIFEST-000001']) await writeFile(join(folder, 'leveldb', name), '')
    const store = await openHere()
    await store.commit([put(1)])
    await store.close()
  })

  test('does not create an empty database when CURRENT is gone at reopen', async () => {
    const store = await openHere()
    await store.commit([put(1)])
    await unlink(join(folder, 'leveldb', 'CURRENT'))
    await expect(store.reopen()).rejects.toMatchObject({ code: 'degraded', cause: { code: 'internal' } })
    await expect(store.commit([put(2)])).rejects.toMatchObject({ code: 'degraded' })
    await expect(store.get(key(1))).rejects.toMatchObject({ code: 'degraded' })
    await store.close()
  })

  test('holds its folder against a second open in the same process, also over a reopen', async () => {
    const store = await openHere()
    const refusal = { code: 'internal', message: expect.stringContaining(`process ${process.pid}`) }
    await expect(openHere()).rejects.toMatchObject(refusal)
    await store.reopen()
    await expect(openHere()).rejects.toMatchObject(refusal)
    await store.commit([put(1)])
    await store.close()
    await (await openHere()).close()
  })

  test('holds its folder against another process until that is killed', async () => {
    const child = await storeProcess(`process.stdout.write('open\\n'); setInterval(() => {}, 1000)`)
    await child.linesUntil((line) => line === 'open')
    await expect(openHere()).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining(`process ${child.process.pid}`),
    })
    child.process.kill('SIGKILL')
    await child.exited
    await (await openHere()).close()
  })

  test('an iteration that a reopen interrupts ends with degraded', async () => {
    const store = await openHere()
    await store.commit(Array.from({ length: 3_000 }, (_, n) => put(n)))
    const iteration = store.range(everything)
    await iteration.next()
    await store.reopen()
    const rest = async () => {
      for await (const _ of iteration);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'degraded' })
    expect(await store.get(key(2_999))).toBeDefined()
    await store.close()
  })

  test('refuses reads and commits while it reopens; calls at once share one attempt', async () => {
    const store = await openHere()
    await store.commit([put(1)])
    const reopening = store.reopen()
    expect(store.reopen()).toBe(reopening)
    const outcomes: (string | undefined)[] = []
    let over = false
    const trying = (async () => {
      while (!over) {
        outcomes.push(
          await store.get(key(1)).then(
            () => undefined,
            (error) => error.code,
          ),
        )
        // A turn of the event loop: refusals come at once and would never let the reopening go on.
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await reopening
    over = true
    await trying
    expect(outcomes).toContain('degraded')
    expect(outcomes.filter((code) => code !== undefined && code !== 'degraded')).toEqual([])
    expect(await store.get(key(1))).toBeDefined()
    await store.close()
  })

  // The limit on file sizes is the kernel's; bash and prlimit come with every Linux.
  // With `os` LevelDB itself would go on after a failed write, and leave a torn record in the middle of its log.
  if (process.platform === 'linux') {
    test.each(['fsync', 'os'] as const)(
      'a disk that refuses (%s): nothing is acknowledged, reads go on, and it works again once there is room',
      async (durability) => {
        const child = await storeProcess(
          `
          const value = new Uint8Array(1000).map(() => Math.random() * 256)
          let n = 0
          try { for (;; n++) { await store.commit([put(n, value)]); process.stdout.write('saved ' + n + '\\n') } }
          catch (error) { process.stdout.write('refused ' + error.code + '\\n') }
          const code = (promise) => promise.then(() => 'ok', (error) => error.code)
          process.stdout.write('again ' + await code(store.commit([put(n, value)])) + '\\n')
          if (${durability === 'fsync'}) process.stdout.write('reopen ' + await code(store.reopen()) + '\\n')
          process.stdout.write('read ' + (await store.get(key(0)))?.length + '\\n')
          process.stdin.once('data', async () => {
            process.stdout.write('before ' + await code(store.commit([put(n, value)])) + '\\n')
            process.stdout.write('reopen ' + await code(store.reopen()) + '\\n')
            process.stdout.write('commit ' + await code(store.commit([put(n, value)])) + '\\n')
            await store.close()
            process.exit(0)
          })`,
          { durability, wrapper: ['bash', '-c', 'ulimit -S -f 200; exec "$0" "$@"'] },
        )
        const full = await child.linesUntil((line) => line.startsWith('read'))
        const saved = full.filter((line) => line.startsWith('saved')).length
        expect(saved).toBeGreaterThan(50)
        expect(full.slice(saved)).toEqual([
          ...['refused degraded', 'again degraded'],
          ...(durability === 'fsync' ? ['reopen degraded'] : []),
          'read 1000',
        ])
        await once(spawn('prlimit', ['--pid', String(child.process.pid), '--fsize=unlimited']), 'exit')
        child.process.stdin!.write('go\n')
        expect(await child.linesUntil((line) => line.startsWith('commit'))).toEqual([
          'before degraded',
          'reopen ok',
          'commit ok',
        ])
        await child.exited
        const store = await openHere()
        for (let n = 0; n <= saved; n++) expect((await store.get(key(n)))?.length).toBe(1000)
        await store.close()
      },
    )
  }
})

/** A process with an open `store` in this test's folder, running the given body. */
async function storeProcess(
  body: string,
  { durability = 'fsync', wrapper = [] }: { durability?: Durability; wrapper?: string[] } = {},
) {
  const script = `
    import { openLevelStore } from ${JSON.stringify(join(compiled, 'level.mjs'))}
    const key = (n) => Uint8Array.of(1, n >> 8, n & 255)
    const put = (n, value = Uint8Array.of(n & 255)) => ({ type: 'put', key: key(n), value })
    const store = await openLevelStore({ folder: ${JSON.stringify(folder)}, durability: '${durability}' })
    ${body}`
  const [command, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', script]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  const exited = once(child, 'exit').then(() => running.delete(child))
  const lines: string[] = []
  let rest = ''
  let wake: () => void = () => undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
    wake()
  })
  child.stdout.once('end', () => wake())
  /** Takes all lines up to the first that is the one; fails when the process ends before. */
  const linesUntil = async (isLast: (line: string) => boolean) => {
    for (;;) {
      const last = lines.findIndex(isLast)
      if (last >= 0) return lines.splice(0, last + 1)
      if (child.stdout.readableEnded) throw new Error(`the process ended after: ${lines.slice(-5).join(' | ')}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { process: child, exited, linesUntil }
}
