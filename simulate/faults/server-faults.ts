// What happens to the tool's own server: killed, stopped, starved of disk. Each time what it holds is compared with what
// it had promised, before anybody who could bring it back is let in.
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Promises } from '../audit.ts'
import type { SimulatedClient } from '../client.ts'
import { pause, type Random } from '../random.ts'
import { blame, type CheckId, count, type Scene } from '../scene.ts'
import { limitDisk, type OwnServer, runServer } from '../server-process.ts'

/** `nobody` of every Linux: root may write whatever the permissions say. */
const nobody = 65_534
const drainMsMax = 11_000

export class ServerFaults {
  private readonly scene: Scene
  private readonly server: OwnServer
  private readonly random: Random
  private readonly clients: readonly SimulatedClient[]

  constructor(scene: Scene, server: OwnServer, random: Random, clients: readonly SimulatedClient[]) {
    this.scene = scene
    this.server = server
    this.random = random
    this.clients = clients
  }

  async kill(): Promise<void> {
    const over = this.scene.timeline.add('kill', 'kill -9 of the server')
    await this.server.kill()
    await this.comeBack('after kill -9')
    over()
  }

  async terminate(): Promise<void> {
    const over = this.scene.timeline.add('term', 'SIGTERM to the server')
    const startedAt = performance.now()
    const exit = await this.server.kill('SIGTERM')
    const ms = Math.round(performance.now() - startedAt)
    if (exit !== 0) this.scene.incidents.add('errors', `the server ended with ${exit} after SIGTERM, not with 0`)
    if (ms > drainMsMax) this.scene.incidents.add('errors', `the server took ${ms} ms to end after SIGTERM`)
    await this.comeBack('after SIGTERM')
    over()
  }

  /** Full for some seconds; then there is room again, or the server dies first. */
  async fillDisk(): Promise<void> {
    const { scene, server, random } = this
    const over = scene.timeline.add('disk', 'the disk is full')
    limitDisk(server.pid, true)
    await pause(random.between(1_000, 3_000))
    await this.compare('durable', 'on the full disk', scene.audit.promises())
    if (random.chance(0.3)) {
      await server.kill()
      await this.comeBack('after kill -9 on a full disk')
    } else limitDisk(server.pid, false)
    over()
  }

  /** It has to refuse to start, and leave everything as it was. */
  async startReadOnly(): Promise<void> {
    const { scene, server } = this
    const over = scene.timeline.add('readonly', 'the server is started on a folder it may not write')
    await server.kill('SIGTERM')
    this.holdOff()
    const restore = makeReadOnly(server.dataDir)
    try {
      const uid = process.getuid?.() === 0 ? nobody : undefined
      const started = await runServer(scene.main, server.dataDir, uid === undefined ? {} : { uid }).catch(
        (error: Error) => error,
      )
      if (!(started instanceof Error)) {
        started.child.kill('SIGKILL')
        await started.exit
        scene.incidents.add('readonly', 'it started on a folder that it may not write')
      } else if (/cannot (be written|start)/.test(started.message)) count(scene, 'readonly')
      else scene.incidents.add('readonly', `it said nothing of the folder: ${started.message.slice(0, 400)}`)
    } finally {
      restore()
    }
    await this.comeBack('after a start on a read-only folder')
    over()
  }

  /** Whether the server still holds what it had promised. Reads over HTTP, past all proxies. */
  async compare(check: CheckId, where: string, promises: Promises): Promise<void> {
    const { scene } = this
    const text = await scene.target.text(scene.document)
    count(scene, check)
    blame(scene, check, where, scene.audit.kept(text, promises))
  }

  /** Nobody gets through before it was read: what is missing must not be brought back by those who typed it. */
  private async comeBack(where: string): Promise<void> {
    const { scene, server } = this
    this.holdOff()
    const promises = scene.audit.promises()
    try {
      await server.start()
      await this.compare('durable', where, promises)
    } finally {
      for (const { proxy } of this.clients) proxy.set({ refuse: false })
    }
  }

  private holdOff(): void {
    for (const { proxy } of this.clients) {
      proxy.set({ refuse: true })
      proxy.cut()
    }
  }
}

/** Takes the right to write in a folder and below from everybody; returns what gives it back. */
function makeReadOnly(folder: string): () => void {
  const folders = [
    folder,
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(entry.parentPath ?? entry.path, entry.name)] : [],
    ),
  ]
  for (const path of folders) chmodSync(path, 0o555)
  return () => {
    for (const path of folders) chmodSync(path, 0o700)
  }
}
