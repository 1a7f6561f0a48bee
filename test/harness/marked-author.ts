// The simulator's author, under the name that tests know.
export { MarkedAuthor } from '../../simulate/marked-author.ts'
