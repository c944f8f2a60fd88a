/** The keyboard: one table from key to action. */
export interface KeyActions {
  toggle(): void
  jump(seconds: number): void
  louder(by: number): void
  mute(): void
  fullscreen(): void
  captions(): void
  pip(): void
  part(tenths: number): void
  frame(by: number): void
  faster(by: number): void
  stats(): void
  next(): void
  shortcuts(): void
  escape(): boolean
}

/** Carries out the action of a key; false when the key means nothing here. */
export function pressKey(event: KeyboardEvent, actions: KeyActions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const onButton = event.composedPath()[0] instanceof HTMLButtonElement
  if (onButton && (event.key === ' ' || event.key === 'Enter')) return false
  if (/^[0-9]$/.test(event.key)) {
    actions.part(Number(event.key))
    return true
  }
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case ' ': case 'k': actions.toggle(); return true
    case 'j': actions.jump(-10); return true
    case 'l': actions.jump(10); return true
    case 'ArrowLeft': actions.jump(-5); return true
    case 'ArrowRight': actions.jump(5); return true
    case 'ArrowUp': actions.louder(0.05); return true
    case 'ArrowDown': actions.louder(-0.05); return true
    case 'm': actions.mute(); return true
    case 'f': actions.fullscreen(); return true
    case 'c': actions.captions(); return true
    case 'p': actions.pip(); return true
    case 'i': actions.stats(); return true
    case 'n': actions.next(); return true
    case '?': actions.shortcuts(); return true
    case 'Home': actions.part(0); return true
    case 'End': actions.part(10); return true
    case ',': actions.frame(-1); return true
    case '.': actions.frame(1); return true
    case '<': actions.faster(-1); return true
    case '>': actions.faster(1); return true
    case 'Escape': return actions.escape()
    default: return false
  }
}

/** What a slider of the browser's does with keys itself. */
const RANGE_KEYS = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'])

/** True where the key belongs to the element that has the focus. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'range' || RANGE_KEYS.has(event.key)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}
