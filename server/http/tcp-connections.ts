// All TCP connections that stand: those that became WebSockets, or are about to, the HTTP server itself loses sight of.
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../addresses.ts'

export class TcpConnections {
  /** With the address that it came from. */
  readonly #open = new Map<Socket, string>()
  readonly #perAddress = new Map<string, number>()

  /**
   * `perAddressMax`: one address gets no more than that, so that connections on which nothing is asked cannot use up
   * everybody's. `undefined` where all come through somebody else.
   */
  constructor(httpServer: HttpServer, perAddressMax: number | undefined) {
    const connections = this
    // One for all, and no `once`: each connection would keep a function and what belongs to it.
    function closed(this: Socket): void {
      connections.#forget(this)
    }
    httpServer.on('connection', (socket: Socket) => {
      const address = networkOf(socket.remoteAddress ?? 'unknown')
      const count = (this.#perAddress.get(address) ?? 0) + 1
      if (perAddressMax !== undefined && count > perAddressMax) {
        socket.destroy()
        return
      }
      this.#perAddress.set(address, count)
      this.#open.set(socket, address)
      socket.on('close', closed)
    })
  }

  /** Neither requests that never end nor peers that do not answer a goodbye may hold up the drain. */
  destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #forget(socket: Socket): void {
    const address = this.#open.get(socket)
    if (address === undefined) return
    this.#open.delete(socket)
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, left)
  }
}
