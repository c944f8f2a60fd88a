// The app's words in the page's language; the same files that the server renders from.
import en from '../words/en.json'
import pt from '../words/pt.json'

export type Key = keyof typeof pt

export const lang: 'pt' | 'en' = document.documentElement.lang.startsWith('en') ? 'en' : 'pt'
const texts: Record<Key, string> = lang === 'en' ? en : pt

/** Return the text of `key` with `{name}` replaced by its value. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
