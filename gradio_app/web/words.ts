// The app's words in the page's language; the same files that the server renders from.
import en from '../words/en.json'
import pt from '../words/pt.json'

export type Key = keyof typeof pt
/** Returns the text of `key` with `{name}` replaced by its value. */
export type Say = (key: Key, values?: Record<string, string | number>) => string

/** Return what speaks the language of a tag as `pt-BR`: English, else Portuguese. */
export function speaker(tag: string): Say {
  const texts: Record<Key, string> = tag.toLowerCase().startsWith('en') ? en : pt
  return (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export const say: Say = speaker(document.documentElement.lang)
