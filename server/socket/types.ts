// Types of the Socket.IO door: what comes in is unknown, what goes out is typed.
import type { Server, Socket } from 'socket.io'
import type { ServerToClientEvents } from '../../shared/protocol.ts'

/** Events from outside carry whatever they carry. */
export type Untyped = { [event: string]: (...args: unknown[]) => void }
export type ScriptoriumSocket = Socket<Untyped, ServerToClientEvents>
export type ScriptoriumServer = Server<Untyped, ServerToClientEvents>
export type Ack = (...answer: unknown[]) => void
