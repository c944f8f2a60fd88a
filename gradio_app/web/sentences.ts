// What arrives in pieces, given on in sentences: a screen reader that is told every piece stumbles over each.

/** Abbreviations that end with a stop and no sentence, folded. */
const SHORT = new Set(['dr', 'dra', 'sr', 'sra', 'srta', 'st', 'mr', 'mrs', 'ms', 'jr', 'prof', 'profa', 'ep', 'vs', 'nº'])
const END = /[.!?…]+["'”’»)\]]*(?=\s)|\n+/gu

export class Sentences {
  private rest = ''

  /** Take a piece; return the sentences that are whole now. */
  feed(piece: string): string[] {
    this.rest += piece
    const whole: string[] = []
    let from = 0
    for (const found of this.rest.matchAll(END)) {
      const to = found.index + found[0].length
      if (found[0] === '.' && abbreviated(this.rest.slice(from, found.index))) continue
      const sentence = this.rest.slice(from, to).trim()
      if (sentence) whole.push(sentence)
      from = to
    }
    this.rest = this.rest.slice(from)
    return whole
  }

  /** Return what is left once nothing follows, and forget it. */
  end(): string {
    const left = this.rest.trim()
    this.rest = ''
    return left
  }
}

/** A stop after one letter ("J. R. R.") or a known short form ends no sentence. */
function abbreviated(before: string): boolean {
  const word = /(\p{L}[\p{L}º]*)$/u.exec(before)?.[1] ?? ''
  return word.length === 1 ? word === word.toUpperCase() : SHORT.has(word.toLowerCase())
}
