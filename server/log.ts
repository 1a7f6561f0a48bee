// The log: JSON lines by pino. Nobody passes it a key, a secret, a session id or text of a document ([A4]).
import { type Logger, pino } from 'pino'

export type { Logger }

/** Levels as pino has them, plus `silent`. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
