/**
 * Subtitles in their own looks: the ASS script that a title keeps beside its plain subtitles, and the fonts that came with it.
 *
 * Plain subtitles are shown until the script has come, and go on where it cannot be read.
 */
import type { Output, TextChoice, TextDocument } from './engine/messages'
import { FONT_BYTES, FONTS_BYTES, wholeBody } from './engine/sizes'
import type { Script, ScriptFont, Sidecar } from './sidecar'
import type { SubtitleTrack } from './subtitles'

type State = 'asked' | 'shown' | 'failed'

export class Scripts {
  private readonly states = new Map<string, { state: State; script: Script }>()
  private faces: FontFace[] = []
  /** Counts titles: what comes late for one that is gone is thrown away. */
  private title = 0
  private chosen: string | null = null

  constructor(
    private readonly subtitles: SubtitleTrack,
    private readonly ask: (id: string, url: string) => void,
    private readonly complain: (why: string) => void,
  ) {}

  /** How the chosen subtitle is shown; null where no script belongs to it. */
  get state(): State | null {
    return this.states.get(this.chosen ?? '')?.state ?? null
  }

  /** The viewer sees this subtitle from now on. One whose script failed is asked for again: its address may be a new one. */
  show(choice: TextChoice | null, sidecar: Sidecar | null): void {
    const again = this.chosen !== choice?.id
    this.chosen = choice?.id ?? null
    if (!choice || choice.channel) return
    const script = sidecar?.scripts.find((one) => one.language === choice.language && oneLine(one.label) === oneLine(choice.label))
    const known = this.states.get(choice.id)
    if (!script || known?.state === 'asked' || known?.state === 'shown' || (known && !again)) return
    this.states.set(choice.id, { state: 'asked', script })
    this.ask(choice.id, script.url)
  }

  take({ id, documents, why }: Extract<Output, { t: 'script' }>): void {
    const known = this.states.get(id)
    if (!known) return
    known.state = documents ? 'shown' : 'failed'
    if (!documents) {
      this.complain(`the script of ${known.script.label} is not shown, plain subtitles are: ${why}`)
      return
    }
    this.subtitles.replace(id, documents)
    void this.loadFonts(known.script.fonts, documents)
  }

  clear(): void {
    this.title++
    for (const face of this.faces) document.fonts.delete(face)
    this.faces = []
    this.states.clear()
    this.chosen = null
  }

  /** Fonts that the script uses, one after the other; one that fails leaves the player's own letters. */
  private async loadFonts(fonts: readonly ScriptFont[], documents: readonly TextDocument[]): Promise<void> {
    const { title } = this
    const wanted = namesOf(documents)
    let left = FONTS_BYTES
    for (const { url, families, weight, italic } of fonts) {
      const names = [...wanted].filter((name) => families.includes(name.toLowerCase()))
      if (names.length === 0) continue
      try {
        const response = await fetch(url, { credentials: 'omit' })
        if (!response.ok) continue
        const bytes = await wholeBody(response, Math.min(FONT_BYTES, left))
        left -= bytes.length
        for (const name of names) {
          const face = new FontFace(name, bytes, { weight: String(weight), style: italic ? 'italic' : 'normal' })
          await face.load()
          if (title !== this.title) return
          document.fonts.add(face)
          this.faces.push(face)
        }
      } catch {
        // Not there, too large, or no font.
      }
    }
  }
}

/** Names in manifests are on one line and have no double quotes. */
function oneLine(label: string): string {
  return label.replaceAll('"', "'").replaceAll('{$', '{ $').split(/\s+/).filter(Boolean).join(' ')
}

/** The fonts that a script names. */
function namesOf(documents: readonly TextDocument[]): Set<string> {
  const names = new Set<string>()
  for (const { cues } of documents) {
    for (const { look } of cues) for (const { font } of look?.runs ?? []) if (font) names.add(font)
  }
  return names
}
