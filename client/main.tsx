// The page starts here.
import { render } from 'preact'
import { App } from './app.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/people.css'
import './styles/states.css'
import './styles/home.css'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
