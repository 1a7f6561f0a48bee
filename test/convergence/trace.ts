// The simulator's reader of recorded sessions, under the name that tests know.
export * from '../../simulate/trace/trace.ts'
