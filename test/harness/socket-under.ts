// The simulator's way to the socket under a provider, under the name that tests know.
export { socketUnder } from '../../simulate/socket-under.ts'
