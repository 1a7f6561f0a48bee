// Style sheets are imported for their effect; Vite turns them into links.
declare module '*.css'
