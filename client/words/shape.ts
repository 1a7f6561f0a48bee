// What a language has to say. English is the measure: the compiler and a test compare the others with it.
import type { en } from './en.ts'

export type Words = typeof en
