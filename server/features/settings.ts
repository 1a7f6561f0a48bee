// Settings of a document: title and language, the same for everybody, changed by whoever may write ([S1]–[S4]).
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/ids.ts'
import type { Settings } from '../../shared/settings.ts'
import { type DocumentMeta, settingsOf } from '../document-meta.ts'
import type { MetaChanges } from '../meta-changes.ts'
import type { Room } from '../room.ts'
import type { Broadcaster, Session } from '../session.ts'

type Tools = { metaChanges: MetaChanges; broadcasterFor(id: DocumentId): Broadcaster }

/** The fields that are there. */
export type SettingsPatch = { [Name in keyof Settings]?: Settings[Name] | undefined }

export class DocumentSettings {
  readonly #tools: Tools

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /**
   * Stores what differs and tells it to everybody in the room with who changed it. Resolves with what holds then, once
   * durable; a patch that changes nothing is neither stored nor told. The caller has asked whether the session may.
   * Throws `not-synced` when the session ended meanwhile, `degraded`, `busy`.
   */
  async change(room: Room, session: Session, patch: SettingsPatch): Promise<Settings> {
    const { metaChanges, broadcasterFor } = this.#tools
    const patched = ({ meta }: Room): DocumentMeta | undefined => {
      if (session.ended) throw new AppError('not-synced', 'Join the document again first.')
      const before = settingsOf(meta)
      const { title = before.title, language = before.language } = patch
      const isSame = title === before.title && language === before.language
      return isSame ? undefined : { ...meta, title, language }
    }
    await metaChanges.make(room.id, patched, ({ meta }) => {
      broadcasterFor(room.id).settings({ settings: settingsOf(meta), by: session.entry })
    })
    return settingsOf(room.meta)
  }
}
