// Elements from calls. Data becomes text or attributes, never markup.
type Child = Node | string | null | false | undefined
type Attributes = Record<string, string | number | boolean | null | undefined>

/** Make one element; an attribute of true stands bare, of null, undefined or false is left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    made.setAttribute(key, value === true ? '' : String(value))
  }
  for (const child of children) if (child) made.append(child)
  return made
}

/** Return a path only when it stays on this site; a card's link can never lead elsewhere or run a script. */
export function localPath(path: string): string {
  return /^\/(?![/\\])/.test(path) ? path : '#'
}

/** Clone the inert markup of one of our own pages into this document. */
export function adopt(source: Element): Element {
  return document.importNode(source, true)
}

/** Return a time of a title as it is read: "4:07", "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, '0')]
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}
