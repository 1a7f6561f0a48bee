import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import { serve } from './hocuspocus.mjs'

await serve({ Server, Database })
