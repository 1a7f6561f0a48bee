// The simulator's player of recorded sessions, under the name that tests know.
export * from '../../simulate/trace/replay.ts'
