// Yjs client ids for servers that give out none: from where Scriptorium's begin, so that updates are equally long.
let next = 2 ** 31

export const nextClientId = () => next++
